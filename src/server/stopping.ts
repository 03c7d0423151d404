/** Ends an HTTP server without cutting anybody short. */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/**
 * Watches a server from its start on. The function that comes back takes no more connections, lets running requests
 * finish, however long they take, and then closes all that is left; a request that does not arrive whole within the
 * server's `requestTimeout` is not waited for.
 */
export function makeStopper(server: Server): () => Promise<void> {
  const running = new Set<ServerResponse>();
  let stopping = false;
  server.on('request', (_request, response: ServerResponse) => {
    if (stopping) response.setHeader('connection', 'close');
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  return async () => {
    stopping = true;
    const closed = once(server, 'close');
    server.close();
    const impatience = setTimeout(() => {
      for (const { req } of running) if (!req.complete) req.destroy();
    }, server.requestTimeout);
    for (const response of running) await once(response, 'close');
    clearTimeout(impatience);
    server.closeAllConnections();
    await closed;
  };
}

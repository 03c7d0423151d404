/** Ends an HTTP server: running requests may finish, for a time. */
import { once, setMaxListeners } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';

/** Seconds in which runs stop once they are asked to. */
export const SECONDS_TO_STOP_RUNS = 5;

interface Stopper {
  /** Aborted when running requests are to give up. */
  readonly signal: AbortSignal;
  /** Takes no more connections, and resolves when all are closed. */
  readonly stop: () => Promise<void>;
}

const whenClosed = (responses: Iterable<ServerResponse>): Promise<unknown> =>
  Promise.all([...responses].map((response) => once(response, 'close')));

/** Whether the work is done in time. */
async function within(seconds: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const isDone = await Promise.race([
    work.then(() => true),
    setTimeout(seconds * 1000, false, { signal: late.signal }).catch(() => false),
  ]);
  late.abort();
  return isDone;
}

/**
 * Watches a server from its start on. When it stops, running requests have `seconds` to finish. Then requests that have not arrived
 * whole are ended, the others are asked to give up, and after `SECONDS_TO_STOP_RUNS` all connections are closed.
 */
export function makeStopper(server: Server, seconds: number): Stopper {
  const running = new Set<ServerResponse>();
  const giveUp = new AbortController();
  // Each run listens.
  setMaxListeners(0, giveUp.signal);
  let stopping = false;
  server.on('request', (_request, response: ServerResponse) => {
    if (stopping) response.setHeader('connection', 'close');
    running.add(response);
    response.once('close', () => running.delete(response));
  });
  return {
    signal: giveUp.signal,
    stop: async () => {
      stopping = true;
      const closed = once(server, 'close');
      server.close();
      if (!(await within(seconds, whenClosed(running)))) {
        for (const { req } of running) if (!req.complete) req.destroy();
        giveUp.abort();
        await within(SECONDS_TO_STOP_RUNS, whenClosed(running));
      }
      server.closeAllConnections();
      await closed;
    },
  };
}

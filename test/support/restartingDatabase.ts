/** A proxy to a database server that can be stopped for a while, to simulate a restart. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface RestartingDatabase {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /** Ends all connections, and refuses new ones until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** `url` names a database on a server. */
export async function restartingDatabase(url: string): Promise<RestartingDatabase> {
  const target = new URL(url);
  const port = Number(target.port || (target.protocol.startsWith('postgres') ? 5432 : 3306));
  const sockets = new Set<Socket>();
  const follow = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((client) => {
    const upstream = connect(port, target.hostname);
    follow(client, upstream);
    follow(upstream, client);
    client.pipe(upstream).pipe(client);
  });
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  target.hostname = '127.0.0.1';
  target.port = String(own);
  return {
    url: target.toString(),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    start: () => listen(own),
  };
}

/** A proxy before MariaDB that sees whether a connection sends a command before the last one is answered. ProxySQL closes such a connection. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const HEADER_BYTES = 4;

/** Tells when a client sends a command. Packets have three bytes of length and a number, which is 0 in the first packet of a command. */
function onCommand(client: Socket, tell: () => void): void {
  let rest = Buffer.alloc(0);
  client.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= HEADER_BYTES && rest.length >= HEADER_BYTES + rest.readUIntLE(0, 3)) {
      if (rest[3] === 0) tell();
      rest = rest.subarray(HEADER_BYTES + rest.readUIntLE(0, 3));
    }
  });
}

export interface CommandProxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /** Commands that were sent before the last one was answered. */
  readonly early: () => number;
  close(): Promise<void>;
}

/** `closes`: it closes a connection at an early command. */
export async function commandProxy(databaseUrl: string, closes: boolean): Promise<CommandProxy> {
  const { hostname, port } = new URL(databaseUrl);
  let early = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(port || 3306), hostname);
    let isBusy = false;
    server.on('data', () => (isBusy = false));
    onCommand(client, () => {
      if (isBusy) early += 1;
      if (isBusy && closes) {
        client.destroy();
        server.destroy();
      }
      isBusy = true;
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return {
    url: url.href,
    early: () => early,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

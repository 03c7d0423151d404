/** How an HTTP server ends: nobody who is being served is cut short, and nobody else is waited for. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { makeStopper } from '../../src/server/stopping';

describe('a server that stops', () => {
  let server: Server;
  let stop: () => Promise<void>;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    server = createServer((request, response) => {
      const wait = Number(request.url?.slice(1));
      request.resume().on('end', () => void setTimeout(wait).then(() => response.end('done')));
    });
    stop = makeStopper(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
  });

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** A connection that has sent this much. */
  const send = async (text: string): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(text);
    await setTimeout(50);
    return socket;
  };

  it('lets running requests finish, and takes no others', async () => {
    const address = url();
    const answer = fetch(`${address}/1500`).then((response) => response.text());
    await setTimeout(100);
    const stopped = stop();
    await expect(fetch(`${address}/0`)).rejects.toThrow();
    expect(await answer).toBe('done');
    await stopped;
  });

  it.each([
    ['has sent nothing', ''],
    ['has sent half a header', 'POST /0 HTTP/1.1\r\nHost: x\r\n'],
    ['has had its answer', 'GET /0 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('does not wait for a client that %s', async (_name, text) => {
    await send(text);
    const began = performance.now();
    await stop();
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('waits for a body as long as the server would', async () => {
    server.requestTimeout = 500;
    await send('POST /0 HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    const began = performance.now();
    await stop();
    expect(performance.now() - began).toBeGreaterThan(450);
  });
});

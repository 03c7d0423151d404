/** Stopping an HTTP server: running requests have some time to finish, and idle connections do not delay the end. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { makeStopper, SECONDS_TO_STOP_RUNS } from '../../src/server/stopping';

/** The time for running requests. */
const SECONDS = 2;
/** More than a busy machine needs to stop a server. */
const LONG = 30;

describe('a server that stops', () => {
  let server: Server;
  let stop: () => Promise<void>;
  let signal: AbortSignal;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    server = createServer((request, response) => {
      const wait = Number(request.url?.slice(1));
      request.resume().on('end', () => void setTimeout(wait, null, { ref: false }).then(() => response.end('done')));
    });
    ({ stop, signal } = makeStopper(server, SECONDS));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
  });

  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  /** Opens a connection, and sends a text. */
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
    const patient = makeStopper(server, LONG);
    const began = performance.now();
    await patient.stop();
    expect(performance.now() - began).toBeLessThan(LONG * 1000);
  });

  it('waits for the rest of a body for its time, and no longer', async () => {
    await send('POST /0 HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc');
    const began = performance.now();
    await stop();
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(SECONDS * 1000 - 50);
    expect(took).toBeLessThan((SECONDS + SECONDS_TO_STOP_RUNS) * 1000);
  });

  it('asks what still runs after its time to give up, and then ends it', async () => {
    const cut = expect(fetch(`${url()}/60000`)).rejects.toThrow();
    await setTimeout(100);
    const began = performance.now();
    const stopped = stop();
    expect(signal.aborted).toBe(false);
    await setTimeout(SECONDS * 1000 + 500);
    expect(signal.aborted).toBe(true);
    await stopped;
    await cut;
    expect(performance.now() - began).toBeLessThan((SECONDS + SECONDS_TO_STOP_RUNS) * 1000 + 3000);
  });
});

/** A receiver of webhooks in this process. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from './eventually';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Waits until so many messages have arrived. */
  messages(count: number): Promise<readonly Received[]>;
  stop(): Promise<void>;
}

/** What a receiver answers; null: nothing. */
export type Answering = (message: Received, received: readonly Received[]) => number | null;

/** Answers 204 by default. A redirect leads to `/elsewhere`. */
export async function startReceiver(answer: Answering = () => 204): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const message = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() };
      received.push(message);
      const status = answer(message, received);
      if (status !== null) response.writeHead(status, { location: '/elsewhere' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    received,
    messages: (count) => eventually(`${count} messages`, () => (received.length >= count ? received : null)),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** An identity provider in this process: it creates keys, publishes them at a URL, and signs tokens. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export const ISSUER = 'https://id.example.com';
export const AUDIENCE = 'https://nsync.example.com';

export async function makeKey(kid: string, algorithm = 'ES256') {
  const { exportJWK, generateKeyPair } = await import('jose');
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const published = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
  return { kid, algorithm, privateKey, published };
}

export type Key = Awaited<ReturnType<typeof makeKey>>;

export const keySet = (...keys: readonly Key[]): string =>
  JSON.stringify({ keys: keys.map(({ published }) => published) });

/** Seconds since 1970. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

const TIMERS = [
  'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate',
  'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout',
] as const; // prettier-ignore

/** Stops the clock for tokens and keys, but no timers. `jest.setSystemTime` changes it. */
export const stopClock = (): void => void jest.useFakeTimers({ now: Date.now(), doNotFake: [...TIMERS] });

/** Claims of a token that the server accepts. Undefined removes a claim. */
export const claims = (changed: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'hr',
  exp: seconds() + 600,
  scope: 'openid read',
  ...changed,
});

export async function signed(
  { privateKey, kid, algorithm }: Key,
  changed: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const { SignJWT } = await import('jose');
  return new SignJWT(claims(changed)).setProtectedHeader({ alg: algorithm, kid, ...header }).sign(privateKey);
}

export interface KeyServer {
  readonly url: string;
  /** The server's response. */
  answer: { status: number; body: string };
  /** The number of requests. */
  requests: number;
  stop(): Promise<void>;
}

/** Publishes keys at a URL. */
export async function publish(body: string): Promise<KeyServer> {
  const server = createServer((_request, response) => {
    keyServer.requests += 1;
    const { status, body: text } = keyServer.answer;
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const keyServer: KeyServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    answer: { status: 200, body },
    requests: 0,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return keyServer;
}

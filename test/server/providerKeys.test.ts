/** The keys of an identity provider: from a file or a URL, changed, or unavailable. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { TokenVerifier } from '../../src/server/authentication';
import { RequestFailure } from '../../src/server/failures';
import { makeJwtVerifier } from '../../src/server/jwt';
import { readSettings, SettingsError } from '../../src/server/settings';
import {
  AUDIENCE,
  ISSUER,
  type Key,
  type KeyServer,
  keySet,
  makeKey,
  publish,
  signed,
  stopClock,
} from '../support/jwt';

const MINUTE = 60_000;
const logged: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });

let folder: string;
let path: string;
let first: Key;
let second: Key;
let server: KeyServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nsync-keys-'));
  path = join(folder, 'jwks.json');
  [first, second] = await Promise.all([makeKey('first'), makeKey('second')]);
});
beforeEach(async () => {
  stopClock();
  logged.length = 0;
  server = await publish(keySet(first));
});
afterEach(async () => {
  jest.useRealTimers();
  await server.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

const verifierOf = (jwks: string): Promise<TokenVerifier> => {
  const settings = { NSYNC_JWT_ISSUER: ISSUER, NSYNC_JWT_AUDIENCE: AUDIENCE, NSYNC_JWT_JWKS: jwks };
  return makeJwtVerifier(readSettings(settings).identityProvider!, log);
};

/** The name of the sender, or the reason why the token is refused. */
const answer = async (verify: TokenVerifier, key: Key): Promise<string | undefined> =>
  verify(await signed(key)).then(
    (viewer) => viewer?.name,
    (error: unknown) => (error instanceof RequestFailure ? `${error.status} ${error.code}` : (error as Error).message),
  );

const UNPUBLISHED = 'The token is signed with a key that the identity provider does not publish.';
const UNAVAILABLE = '503 IDENTITY_PROVIDER_UNAVAILABLE';

describe.each(['a URL', 'a file'])('keys of %s', (kind) => {
  const change = (text: string): void => {
    writeFileSync(path, text);
    server.answer = { status: 200, body: text };
  };
  const start = (): Promise<TokenVerifier> => {
    change(keySet(first));
    return verifierOf(kind === 'a file' ? path : server.url);
  };

  it('a new key is found once the last reading is 30 seconds ago', async () => {
    const verify = await start();
    expect(await answer(verify, first)).toBe('jwt:hr');
    change(keySet(first, second));
    expect(await answer(verify, second)).toBe(UNPUBLISHED);
    jest.setSystemTime(Date.now() + MINUTE / 2);
    expect(await answer(verify, second)).toBe('jwt:hr');
    expect(await answer(verify, first)).toBe('jwt:hr');
  });

  it('a key that was taken away is refused after 10 minutes', async () => {
    const verify = await start();
    change(keySet(second));
    jest.setSystemTime(Date.now() + 10 * MINUTE - 1);
    expect(await answer(verify, first)).toBe('jwt:hr');
    jest.setSystemTime(Date.now() + 1);
    expect(await answer(verify, first)).toBe(UNPUBLISHED);
    expect(await answer(verify, second)).toBe('jwt:hr');
  });

  it.each(['', '<html>', '[]', '{"keys": {}}'])(
    'after 10 minutes %j are no keys: no answer about a token',
    async (text) => {
      const verify = await start();
      change(text);
      expect(await answer(verify, first)).toBe('jwt:hr');
      jest.setSystemTime(Date.now() + 10 * MINUTE);
      expect(await answer(verify, first)).toBe(UNAVAILABLE);
      change(keySet(first));
      expect(await answer(verify, first)).toBe('jwt:hr');
    },
  );
});

describe('a URL', () => {
  it('is not asked for every token with an unknown key', async () => {
    const verify = await verifierOf(server.url);
    const stranger = await makeKey('stranger');
    for (let count = 0; count < 20; count += 1) expect(await answer(verify, stranger)).toBe(UNPUBLISHED);
    expect(server.requests).toBe(1);
    jest.setSystemTime(Date.now() + MINUTE);
    for (let count = 0; count < 20; count += 1) expect(await answer(verify, stranger)).toBe(UNPUBLISHED);
    expect(server.requests).toBe(2);
  });

  it.each([404, 500, 302])('that answers %i at the start is asked again', async (status) => {
    server.answer = { ...server.answer, status };
    const verify = await verifierOf(server.url);
    expect(logged.join()).toContain('the key set of the identity provider cannot be read');
    expect(await answer(verify, first)).toBe(UNAVAILABLE);
    server.answer = { ...server.answer, status: 200 };
    expect(await answer(verify, first)).toBe('jwt:hr');
  });

  it('where nothing answers does not stop the start', async () => {
    const { url } = server;
    await server.stop();
    const verify = await verifierOf(url);
    expect(logged.join()).toMatch(/cannot be read: connect ECONNREFUSED/);
    expect(await answer(verify, first)).toBe(UNAVAILABLE);
    server = await publish('');
  });

  it('that publishes a secret key is told, and the key lets nobody in', async () => {
    const { exportJWK } = await import('jose');
    const secret = { ...first.published, ...(await exportJWK(first.privateKey)) };
    server.answer = { status: 200, body: JSON.stringify({ keys: [secret] }) };
    const verify = await verifierOf(server.url);
    expect(logged.join()).toContain('contains a secret key. Only public keys may be in it');
    expect(await answer(verify, first)).toBe(UNAVAILABLE);
  });
});

describe('a file', () => {
  it.each([
    ['', /jwks\.json cannot be read: /],
    ['{"keys": []}', /jwks\.json contains no key$/],
    ['{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}]}', /jwks\.json contains a secret key. Only public keys/],
  ])('with %j stops the start', async (text, message) => {
    writeFileSync(path, text);
    await expect(verifierOf(path)).rejects.toThrow(SettingsError);
    await expect(verifierOf(path)).rejects.toThrow(message);
  });

  it('that does not exist stops the start', async () => {
    await expect(verifierOf(join(folder, 'none.json'))).rejects.toThrow(
      /^NSYNC_JWT_JWKS \S+none\.json cannot be read: ENOENT/,
    );
  });
});

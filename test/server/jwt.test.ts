/** Which tokens of an identity provider the server accepts. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { InvalidToken, type TokenVerifier } from '../../src/server/authentication';
import { makeJwtVerifier } from '../../src/server/jwt';
import { readSettings } from '../../src/server/settings';
import { AUDIENCE, claims, ISSUER, type Key, keySet, makeKey, seconds, signed, stopClock } from '../support/jwt';

const log = pino({ level: 'silent' });
let folder: string;
let key: Key;
let rsa: Key;
let verify: TokenVerifier;

const verifier = (environment: Readonly<Record<string, string>> = {}): Promise<TokenVerifier> =>
  makeJwtVerifier(
    readSettings({
      NSYNC_JWT_ISSUER: ISSUER,
      NSYNC_JWT_AUDIENCE: AUDIENCE,
      NSYNC_JWT_JWKS: join(folder, 'jwks.json'),
      ...environment,
    }).identityProvider!,
    log,
  );

beforeAll(async () => {
  stopClock();
  folder = mkdtempSync(join(tmpdir(), 'nsync-jwt-'));
  [key, rsa] = await Promise.all([makeKey('a'), makeKey('b', 'RS256')]);
  writeFileSync(join(folder, 'jwks.json'), keySet(key, rsa, await makeKey('other'), await makeKey('c', 'ES384')));
  verify = await verifier();
});
afterAll(() => {
  jest.useRealTimers();
  rmSync(folder, { recursive: true });
});

const refusal = async (token: string, by = verify): Promise<string> => {
  const error: unknown = await by(token).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidToken);
  return (error as Error).message;
};

/** Evaluated when the test runs. */
type Changes = () => Record<string, unknown>;

const encoded = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

describe('a token that is right', () => {
  it('tells who sends it, and what they may do', async () => {
    const { kind, name, scopes } = (await verify(await signed(key)))!;
    expect({ kind, name, scopes }).toEqual({ kind: 'jwt', name: 'jwt:hr', scopes: ['read'] });
  });

  it.each<[string, Changes, Record<string, unknown>]>([
    ['has several audiences', () => ({ aud: ['https://other.example.com', AUDIENCE] }), {}],
    ['has expired less than 10 seconds ago', () => ({ exp: seconds() - 9 }), {}],
    ['begins 10 seconds later', () => ({ nbf: seconds() + 10 }), {}],
    ['is an access token by its type', () => ({}), { typ: 'at+jwt' }],
    ['is an access token by its type, in full', () => ({}), { typ: 'application/at+JWT' }],
    ['is a JWT by its type', () => ({}), { typ: 'JWT' }],
  ])('%s', async (_what, changes, header) => {
    expect((await verify(await signed(key, changes(), header)))?.name).toBe('jwt:hr');
  });

  it('is signed by RSA', async () => {
    expect((await verify(await signed(rsa)))?.name).toBe('jwt:hr');
  });
});

describe('another token', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['another issuer', { iss: 'https://evil.example.com' }, 'another identity provider than this server trusts'],
    ['an issuer with a slash more', { iss: `${ISSUER}/` }, 'another identity provider than this server trusts'],
    ['no issuer', { iss: undefined }, 'another identity provider than this server trusts'],
    ['another audience', { aud: 'https://other.example.com' }, 'The token was issued for another server (aud).'],
    ['no audience', { aud: undefined }, 'The token was issued for another server (aud).'],
    ['no end', { exp: undefined }, 'The token has no valid time of expiry (exp).'],
    ['a text for its end', { exp: 'tomorrow' }, 'The token has no valid time of expiry (exp).'],
    ['a key of its client', { cnf: { jkt: 'thumbprint' } }, 'The token is bound to a key of its client (cnf)'],
    ['no sender', { sub: undefined }, 'The token does not name its sender: the claim sub has no text.'],
    ['a number for its sender', { sub: 7 }, 'the claim sub has no text.'],
    ['a blank sender', { sub: ' ' }, 'the claim sub has no text.'],
    ['a long sender', { sub: 'x'.repeat(151) }, 'The claim sub of the token is longer than 150 characters.'],
    ['a sender with NUL', { sub: 'h\u0000r' }, 'The claim sub of the token has control characters.'],
    ['a sender with half a character', { sub: 'hr\ud83d' }, 'The claim sub of the token has control characters.'],
  ])('with %s is refused', async (_what, changed, message) => {
    expect(await refusal(await signed(key, changed))).toContain(message);
  });

  it('that has expired is refused', async () => {
    expect(await refusal(await signed(key, { exp: seconds() - 10 }))).toBe('The token has expired.');
  });

  it('that begins later is refused', async () => {
    expect(await refusal(await signed(key, { nbf: seconds() + 11 }))).toBe('The token is not valid yet (nbf).');
  });

  it('with the longest sender is admitted', async () => {
    expect((await verify(await signed(key, { sub: '😀'.repeat(150) })))?.name).toBe(`jwt:${'😀'.repeat(150)}`);
  });

  it.each(['logout+jwt', 'dpop+jwt', 'secevent+jwt'])('of the type %s is refused', async (typ) => {
    expect(await refusal(await signed(key, {}, { typ }))).toContain('another type than an access token');
  });

  it('of an unknown key is refused', async () => {
    expect(await refusal(await signed(await makeKey('unknown')))).toContain('a key that the identity provider does not publish'); // prettier-ignore
  });

  it('of an impostor with a known key id is refused', async () => {
    expect(await refusal(await signed(await makeKey(key.kid)))).toBe('The signature of the token is wrong.');
  });

  it('without a key id is refused if several keys may be meant', async () => {
    expect(await refusal(await signed(key, {}, { kid: undefined }))).toContain('does not name the key');
  });

  it('whose claims were changed afterwards is refused', async () => {
    const [header, , signature] = (await signed(key)).split('.');
    expect(await refusal(`${header}.${encoded(claims({ scope: 'admin' }))}.${signature}`)).toBe('The signature of the token is wrong.'); // prettier-ignore
  });

  it.each(['none', 'None', 'NONE'])('without a signature (alg %s) is refused', async (alg) => {
    expect(await refusal(`${encoded({ alg })}.${encoded(claims())}.`)).toMatch(/algorithm|not a valid JWT/);
    expect(await refusal(`${encoded({ alg, kid: key.kid })}.${encoded(claims())}.AAAA`)).toContain('an algorithm that this server does not accept'); // prettier-ignore
  });

  it('that takes a public key for the secret of HS256 is refused', async () => {
    const { exportSPKI, importJWK } = await import('jose');
    const secrets = [
      JSON.stringify(rsa.published),
      await exportSPKI((await importJWK(rsa.published, 'RS256')) as Parameters<typeof exportSPKI>[0]),
    ];
    for (const secret of secrets) {
      const content = `${encoded({ alg: 'HS256', kid: rsa.kid })}.${encoded(claims())}`;
      const signature = createHmac('sha256', secret).update(content).digest('base64url');
      expect(await refusal(`${content}.${signature}`)).toContain('an algorithm that this server does not accept');
    }
  });

  it('of an algorithm that is not listed is refused, though its key is published', async () => {
    const onlyRsa = await verifier({ NSYNC_JWT_ALGORITHMS: 'RS256' });
    expect((await onlyRsa(await signed(rsa)))?.name).toBe('jwt:hr');
    expect(await refusal(await signed(key), onlyRsa)).toContain('an algorithm that this server does not accept');
  });

  it('with an extension that is critical is refused', async () => {
    const [, payload, signature] = (await signed(key)).split('.');
    const header = encoded({ alg: 'ES256', kid: key.kid, crit: ['urn:new'], 'urn:new': true });
    expect(await refusal(`${header}.${payload}.${signature}`)).toBe('The token is not a valid JWT.');
  });

  it.each(['a.b.c', 'e30.e30.e30'])('%s is no JWT', async (text) => {
    expect(await refusal(text)).toMatch(/not a valid JWT|algorithm/);
  });
});

it.each(['nsync_0123456789012345678901234567890123456789012', 'a.b', 'a.b.c.d.e'])(
  '%s is a token of another kind',
  async (text) => expect(await verify(text)).toBeNull(),
);

describe('scopes', () => {
  const MAP = JSON.stringify({ 'hr-writers': ['sync:HRSystem/*:cu', 'read'], auditors: ['read'] });
  it.each<[string, Record<string, string>, Record<string, unknown>, string[]]>([
    ['words of a text', {}, { scope: ' openid  read sync:HRSystem/Person:cu ' }, ['read', 'sync:HRSystem/Person:cu']],
    ['a list', {}, { scope: ['read', 'profile', 7, null] }, ['read']],
    ['the same twice', {}, { scope: 'read read sync:*/*:* sync:*/*' }, ['read', 'sync:*/*']],
    ['nothing of nsync', {}, { scope: 'openid profile' }, []],
    ['no claim', {}, { scope: undefined }, []],
    ['a claim of another kind', {}, { scope: { admin: true } }, []],
    ['another claim', { NSYNC_JWT_SCOPE_CLAIM: 'scp' }, { scp: ['admin'], scope: 'read' }, ['admin']],
    ['a map', { NSYNC_JWT_SCOPES: MAP }, { scope: ['hr-writers', 'auditors'] }, ['sync:HRSystem/*:cu', 'read']],
    ['a map without the value', { NSYNC_JWT_SCOPES: MAP }, { scope: ['admin', 'read', 'constructor'] }, []],
  ])('%s', async (_what, environment, changed, scopes) => {
    const viewer = await (await verifier(environment))(await signed(key, changed));
    expect(viewer?.scopes).toEqual(scopes);
  });

  it('none: the sender may do nothing', async () => {
    const { access } = (await verify(await signed(key, { scope: 'openid' })))!;
    expect([access.isAdmin, access.mayRead, access.maySync]).toEqual([false, false, false]);
  });
});

it('the name is in the claim of the settings', async () => {
  const byClient = await verifier({ NSYNC_JWT_NAME_CLAIM: 'client_id' });
  expect((await byClient(await signed(key, { client_id: 'payroll' })))?.name).toBe('jwt:payroll');
});

/** A server that trusts a real identity provider, which runs in a separate process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const API = 'https://nsync.example.com';
const SCOPE = 'read sync:HRSystem/Person:cu';

let provider: ChildProcess;
let issuer: string;
let server: TestServer;

beforeAll(async () => {
  provider = fork(join(__dirname, '../support/identityProvider.mjs'), {
    env: { ...process.env, SCOPE },
    silent: true,
  });
  const ended = once(provider, 'exit').then(([code]) => {
    throw new Error(`the provider ended with ${code}`);
  });
  [{ issuer }] = (await Promise.race([once(provider, 'message'), ended])) as [{ issuer: string }];
  ended.catch(() => undefined);
  server = await serve(DATABASES[0]!, {
    environment: { NSYNC_JWT_ISSUER: issuer, NSYNC_JWT_AUDIENCE: API, NSYNC_JWT_JWKS: `${issuer}/jwks` },
  });
});
afterAll(async () => {
  await server?.stop();
  if (provider.connected) provider.disconnect();
});

/** Requests a token with a client's credentials (RFC 6749, 4.4). */
async function accessToken(scope: string, resource = API): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('hr:secret-of-hr').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
  });
  const answer = (await response.json()) as { access_token?: string };
  if (!answer.access_token) throw new Error(JSON.stringify(answer));
  return answer.access_token;
}

async function ask(query: string, token?: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as {
    data?: Record<string, unknown>;
    errors?: { message: string; extensions: { code: string } }[];
  };
  const [error] = errors ?? [];
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    data,
    ...(error ? { code: error.extensions.code, message: error.message } : {}),
  };
}

const VIEWER = '{ viewer { name scopes } }';
const SYNC = `mutation { syncRows(input: {system: "HRSystem", model: "Person", rows: [
  {actionFlags: "c", matchOn: "employee_id", values: {employee_id: "EMP1", first_name: "Ada", last_name: "Lovelace"}}
]}) { run { status startedBy } } }`;

describe('a token of the provider', () => {
  it('opens the server', async () => {
    expect(await ask(VIEWER, await accessToken(SCOPE))).toMatchObject({
      status: 200,
      data: { viewer: { name: 'jwt:hr', scopes: SCOPE.split(' ') } },
    });
  });

  it('lets its sender sync, and the run tells who it was', async () => {
    expect((await ask(SYNC, await accessToken(SCOPE))).data).toEqual({
      syncRows: { run: { status: 'COMPLETED', startedBy: 'jwt:hr' } },
    });
  });

  it('allows what it names, and nothing else', async () => {
    const token = await accessToken('read');
    expect((await ask('{ models { name } }', token)).status).toBe(200);
    expect(await ask(SYNC, token)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await ask('{ tokens { nodes { name } } }', token)).toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('admin'),
    });
  });

  it('without a scope of nsync shows who one is, and nothing else', async () => {
    const token = await accessToken('openid');
    expect((await ask(VIEWER, token)).data).toEqual({ viewer: { name: 'jwt:hr', scopes: [] } });
    expect((await ask('{ models { name } externalSystems { nodes { name } } }', token)).data).toEqual({
      models: [],
      externalSystems: { nodes: [] },
    });
    for (const query of [SYNC, '{ objects(model: "Person") { nodes { id } } }'])
      expect(await ask(query, token)).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('for another server is refused', async () => {
    expect(await ask(VIEWER, await accessToken('read', 'https://other.example.com'))).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: 'The token was issued for another server (aud).',
      challenge: 'Bearer realm="graphql-nsync", error="invalid_token"',
    });
  });
});

it('a request without a token is refused, on loopback too', async () => {
  expect(await ask(VIEWER)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', challenge: 'Bearer realm="graphql-nsync"' }); // prettier-ignore
  expect(await ask(VIEWER, 'nonsense')).toMatchObject({ status: 401, message: 'The token is not valid.' });
});

it('/health and /ready need no token', async () => {
  for (const page of ['health', 'ready']) expect((await fetch(`${server.url}/${page}`)).status).toBe(200);
});

it('a server on the network starts without any token of nsync', async () => {
  const environment = {
    HOST: '0.0.0.0',
    NSYNC_JWT_ISSUER: issuer,
    NSYNC_JWT_AUDIENCE: API,
    NSYNC_JWT_JWKS: `${issuer}/jwks`,
  };
  const open = await serve(DATABASES[0]!, { environment });
  await open.stop();
});

it('the server answers 503 as long as the keys cannot be read, and blames no token', async () => {
  const environment = { NSYNC_JWT_ISSUER: issuer, NSYNC_JWT_AUDIENCE: API, NSYNC_JWT_JWKS: `${issuer}/moved` };
  const lost = await serve(DATABASES[0]!, { environment });
  const response = await fetch(`${lost.url}/graphql?query=${encodeURIComponent(VIEWER)}`, {
    headers: { authorization: `Bearer ${await accessToken('read')}`, 'apollo-require-preflight': 'true' },
  });
  expect(response.status).toBe(503);
  expect(response.headers.get('www-authenticate')).toBeNull();
  expect(await response.json()).toEqual({
    errors: [
      {
        message: 'The server cannot read the keys of the identity provider. Try again later.',
        extensions: { code: 'IDENTITY_PROVIDER_UNAVAILABLE' },
      },
    ],
  });
  await lost.stop();
});

/** Tokens over HTTP: created, used, expired and revoked, on every server at once. */
import { createHash } from 'node:crypto';
import { findToken, TokenUses } from '../../src/records';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { serve, type TestServer } from '../support/server';

interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly data: Record<string, never> | null;
  readonly code: string | null;
  readonly message: string | null;
}

async function ask(url: string, query: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const { data = null, errors } = (await response.json()) as {
    data?: Answer['data'];
    errors?: { message: string; extensions: { code: string } }[];
  };
  const [error] = errors ?? [];
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    data,
    code: error?.extensions.code ?? null,
    message: error?.message ?? null,
  };
}

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });
const VIEWER = '{ viewer { name scopes } }';

describe.each(DATABASES)('on $name', (kind) => {
  let server: TestServer;
  let admin = '';
  const create = async (name: string, scopes: string[], expiresAt?: string): Promise<string> => {
    const { data, message } = await ask(
      server.url,
      `mutation { createToken(input: {name: "${name}", scopes: ${JSON.stringify(scopes)}${expiresAt ? `, expiresAt: "${expiresAt}"` : ''}}) { secret token { name prefix scopes } } }`,
      admin === '' ? {} : bearer(admin),
    );
    if (!data) throw new Error(message ?? '');
    return (data as unknown as { createToken: { secret: string } }).createToken.secret;
  };

  beforeAll(async () => {
    server = await serve(kind);
    expect((await ask(server.url, VIEWER)).data).toEqual({ viewer: { name: 'anonymous', scopes: ['admin'] } });
    admin = await create('boss', ['admin']);
  });
  afterAll(() => server.stop());

  it('from the first token on every request needs one, but for health', async () => {
    const refused = await ask(server.url, VIEWER);
    expect(refused).toEqual({
      status: 401,
      challenge: 'Bearer realm="graphql-nsync"',
      data: null,
      code: 'UNAUTHENTICATED',
      message: 'The request has no token. Send the header "Authorization: Bearer TOKEN".',
    });
    expect((await ask(server.url, VIEWER, bearer(admin))).data).toEqual({
      viewer: { name: 'boss', scopes: ['admin'] },
    });
    for (const path of ['/health', '/ready']) expect((await fetch(server.url + path)).status).toBe(200);
  });

  it('the first token of another process closes a server soon', async () => {
    const open = await serve(kind);
    try {
      expect((await ask(open.url, VIEWER)).status).toBe(200);
      const { knex } = open.server.database;
      const [row] = (await server.server.database.knex('nsync_tokens').limit(1)) as Record<string, unknown>[];
      await knex('nsync_tokens').insert(row);
      await eventually('the server needs a token', async () => (await ask(open.url, VIEWER)).status === 401);
      expect((await ask(open.url, VIEWER, bearer(admin))).status).toBe(200);
    } finally {
      await open.stop();
    }
  });

  it('the page of the playground names no model', async () => {
    const page = await (await fetch(server.url, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('playground-data');
    expect(page).not.toMatch(/Person|House/);
  });

  it.each([
    ['Basic YTpi', 'The header Authorization has no bearer token.'],
    ['Bearer ', 'The header Authorization has no bearer token.'],
    ['Bearer nope', 'The token is not valid.'],
    [`Bearer nsync_${'a'.repeat(43)}`, 'The token is not valid.'],
    ["Bearer ' OR 1=1 --", 'The header Authorization has no bearer token.'],
  ])('the header "%s" lets nobody in', async (authorization, message) => {
    const { status, code, challenge, message: told } = await ask(server.url, VIEWER, { authorization });
    expect([status, code, challenge]).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer realm="graphql-nsync", error="invalid_token"',
    ]);
    expect(told).toContain(message);
  });

  it('a refused request is answered before its body is read', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: 'this is no JSON',
    });
    expect(response.status).toBe(401);
  });

  it('the secret is stored as its hash alone, and listed by its first characters', async () => {
    const secret = await create('hr', ['sync:HRSystem/person:uc', 'read']);
    expect(secret).toMatch(/^nsync_[\w-]{43}$/);
    const rows = (await server.server.database.knex('nsync_tokens').where({ name: 'hr' })) as Record<string, unknown>[];
    expect(rows[0]?.secret_hash).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(JSON.stringify(rows)).not.toContain(secret);
    const { data } = await ask(
      server.url,
      '{ tokens { totalCount nodes { name prefix scopes expiresAt lastUsedAt revokedAt } } }',
      bearer(admin),
    );
    expect(data).toEqual({
      tokens: {
        totalCount: 2,
        nodes: [
          expect.objectContaining({ name: 'boss', scopes: ['admin'] }),
          {
            name: 'hr',
            prefix: secret.slice(0, 12),
            scopes: ['sync:HRSystem/Person:cu', 'read'],
            expiresAt: null,
            lastUsedAt: null,
            revokedAt: null,
          },
        ],
      },
    });
  });

  it('the last use is written at most once a minute', async () => {
    const { database } = server.server;
    const secret = await create('used', ['read']);
    await ask(server.url, VIEWER, bearer(secret));
    const found = await findToken(database, secret, new Date());
    if (found.kind !== 'valid') throw new Error('the token is valid');
    const updates: string[] = [];
    const listen = ({ sql }: { sql: string }): void => void (/^update.*nsync_tokens/i.test(sql) && updates.push(sql));
    database.knex.on('query', listen);
    const uses = new TokenUses(database, (error) => {
      throw error as Error;
    });
    const now = Date.now() + 3_600_000;
    for (const seconds of [0, 1, 59, 60, 61, 120])
      uses.note({ ...found.token, lastUsedAt: new Date(now - 60_000) }, new Date(now + seconds * 1000));
    uses.note({ ...found.token, id: '0', lastUsedAt: new Date(now - 59_000) }, new Date(now));
    await database.knex('nsync_tokens').select('id');
    database.knex.removeListener('query', listen);
    expect(updates).toHaveLength(3);
  });

  it.each([
    ['hr two', ['read'], 'BAD_USER_INPUT', 'The name of a token must have'],
    ['other', ['raed'], 'BAD_USER_INPUT', 'Did you mean "read"?'],
    ['other', [], 'BAD_USER_INPUT', 'Give at least one scope.'],
    ['other', ['sync:HRSystem/Persn'], 'UNKNOWN_MODEL', 'Did you mean "Person"?'],
    ['boss', ['read'], 'TOKEN_EXISTS', 'A token "boss" already exists.'],
  ])('a token "%s" with %j is refused: %s', async (name, scopes, code, message) => {
    const answer = await ask(
      server.url,
      `mutation { createToken(input: {name: "${name}", scopes: ${JSON.stringify(scopes)}}) { secret } }`,
      bearer(admin),
    );
    expect(answer.code).toBe(code);
    expect(answer.message).toContain(message);
  });

  it('a revoked and an expired token end at once, on another server too', async () => {
    const { knex } = server.server.database;
    const secret = await create('short', ['read'], '2100-01-01T00:00:00Z');
    expect((await ask(server.url, VIEWER, bearer(secret))).status).toBe(200);
    await knex('nsync_tokens').where({ name: 'short' }).update({ expires_at: '2020-01-01 00:00:00.000' });
    expect((await ask(server.url, VIEWER, bearer(secret))).message).toBe('Token short has expired.');
    const revoke = 'mutation { revokeToken(input: {name: "short"}) { token { revokedAt } } }';
    const { data } = await ask(server.url, revoke, bearer(admin));
    expect(
      (data as unknown as { revokeToken: { token: { revokedAt: string } } }).revokeToken.token.revokedAt,
    ).toBeTruthy();
    expect((await ask(server.url, VIEWER, bearer(secret))).message).toBe('Token short was revoked.');
    expect((await ask(server.url, revoke.replace('short', 'shrt'), bearer(admin))).message).toBe(
      'There is no token "shrt". Did you mean "short"?',
    );
  });

  it('records who started a run, and what administrators did', async () => {
    const secret = await create('erp', ['sync:ERP/Person', 'read']);
    const run = await ask(
      server.url,
      'mutation { syncRows(input: {system: "ERP", model: "Person", rows: [{actionFlags: "cu", matchOn: "employee_id", externalKey: "1", values: {employee_id: "E1", first_name: "A", last_name: "B"}}]}) { run { startedBy } } }',
      bearer(secret),
    );
    expect(run.data).toEqual({ syncRows: { run: { startedBy: 'erp' } } });
    await ask(
      server.url,
      'mutation { saveExternalSystem(input: {name: "ERP", description: "x"}) { created } }',
      bearer(admin),
    );
    const { data } = await ask(
      server.url,
      '{ auditEvents(first: 2) { nodes { actor action subject details requestId } } }',
      { ...bearer(admin), 'x-request-id': 'mine' },
    );
    expect(data).toEqual({
      auditEvents: {
        nodes: [
          {
            actor: 'boss',
            action: 'SAVE_EXTERNAL_SYSTEM',
            subject: 'ERP',
            details: { name: 'ERP', description: 'x', created: false },
            requestId: expect.any(String) as string,
          },
          {
            actor: 'boss',
            action: 'CREATE_TOKEN',
            subject: 'erp',
            details: { scopes: ['sync:ERP/Person', 'read'], expiresAt: null },
            requestId: expect.any(String) as string,
          },
        ],
      },
    });
    const all = JSON.stringify(await server.server.database.knex('nsync_audit_events'));
    expect(all).not.toContain(secret);
  });
});

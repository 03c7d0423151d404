/** GraphQL over HTTP: the specification's own audits, limits, uploads, playground, and the addresses for monitoring. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { auditServer } from 'graphql-http';
import { SyncCsvDocument, SyncRowsDocument } from '../../schema/operations/generated';
import type { Database } from '../../src/database';
import { readiness } from '../../src/server/readiness';
import { DATABASES, migratedDatabase } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const [SQLITE] = DATABASES;
const OPERATIONS = join(__dirname, '../../schema/operations/playground');

/** The result of work during which no query gets a connection to read. These queries fail afterwards. */
async function unanswered<T>({ reader }: Database, work: () => Promise<T>, onAcquire?: () => void): Promise<T> {
  const { client } = reader as unknown as { client: { acquireConnection: () => unknown } };
  const waiting: ((error: Error) => void)[] = [];
  const acquire = jest.spyOn(client, 'acquireConnection').mockImplementation(() => {
    onAcquire?.();
    return new Promise((_resolve, reject) => void waiting.push(reject));
  });
  try {
    return await work();
  } finally {
    acquire.mockRestore();
    for (const reject of waiting) reject(new Error('no connection during the test'));
  }
}

describe('the HTTP server', () => {
  let server: TestServer;
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    server = await serve(SQLITE, { limits: { rowsPerCall: 3, bodyBytes: 20_000, uploadBytes: 1000 } });
  });
  afterAll(() => server.stop());

  it('passes every MUST and SHOULD of GraphQL over HTTP', async () => {
    const results = await auditServer({ url: `${server.url}/graphql` });
    const failed = results
      .filter(({ status, name }) => status !== 'ok' && !name.startsWith('MAY'))
      .map((result) => `${result.status} ${result.name}: ${'reason' in result ? result.reason : ''}`);
    expect(failed).toEqual([]);
    expect(results.length).toBeGreaterThan(60);
  });

  it('tells that the process and the database are well', async () => {
    for (const path of ['/health', '/ready']) {
      const response = await fetch(server.url + path);
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
    }
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
  });

  it('says that the database is not ready where it does not answer in time', async () => {
    const asked = await unanswered(server.server.database, () =>
      Promise.all([1, 2].map(() => fetch(`${server.url}/ready`))),
    );
    expect(asked.map(({ status }) => status)).toEqual([503, 503]);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  });

  it('asks the database once for all that ask whether it is ready at the same time', async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    const test = await migratedDatabase(SQLITE);
    try {
      let acquired = 0;
      const isReady = readiness(test.database);
      const answers = await unanswered(
        test.database,
        () => Promise.all([isReady(), isReady()]),
        () => (acquired += 1),
      );
      expect(answers).toEqual(['database unavailable', 'database unavailable']);
      expect(acquired).toBe(1);
    } finally {
      await test.drop();
    }
  });

  it.each([[undefined], ['application/json'], ['application/graphql-response+json']])(
    'takes no mutation by GET, accepting %s',
    async (accept) => {
      const query = 'mutation { saveExternalSystem(input: {name: "Get"}) { created } }';
      const response = await fetch(`${server.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': '1', ...(accept ? { accept } : {}) },
      });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    },
  );

  it('serves the playground to a browser, without a word from another host', async () => {
    for (const path of ['/', '/graphql']) {
      const response = await fetch(server.url + path, {
        headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
      });
      const html = await response.text();
      expect(response.headers.get('content-type')).toMatch('text/html');
      expect(html).toContain('PreviewHouses');
      expect(html).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=["']?https?:/i);
    }
  });

  it('the playground’s operations fit the schema', () => {
    const schema = buildSchema(readFileSync(join(__dirname, '../../schema/schema.graphql'), 'utf8'));
    const files = readdirSync(OPERATIONS);
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files) expect(validate(schema, parse(readFileSync(join(OPERATIONS, file), 'utf8')))).toEqual([]);
  });

  it('gives pages of its largest size to who asks for none, where that is below the default', async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    const small = await serve(SQLITE, { limits: { pageSize: 3 } });
    const send = async (query: string) => {
      const response = await fetch(`${small.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      return (await response.json()) as { data: unknown; errors?: { message: string }[] };
    };
    expect(await send('{ runs { nodes { id } } }')).toEqual({ data: { runs: { nodes: [] } } });
    expect((await send('{ runs(first: 4) { nodes { id } } }')).errors?.[0]?.message).toBe(
      'first must be at most 3, not 4.',
    );
    await small.stop();
  });

  it('enforces its limits', async () => {
    const rows = Array.from({ length: 4 }, () => ({ values: {} }));
    expect(await server.fail(SyncRowsDocument, { input: { system: 'S', model: 'Person', rows } })).toMatchObject({
      code: 'TOO_MANY_ROWS',
    });
    const large = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ limits { pageSize } } # ${'x'.repeat(30_000)}` }),
    });
    expect([large.status, await large.json()]).toMatchObject([
      413,
      { errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] },
    ]);
    const { errors } = await server.upload(
      SyncCsvDocument,
      { input: { system: 'S', model: 'Person' } },
      { 'input.file': { name: 'x.csv', content: `a\n${'1\n'.repeat(1000)}` } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }]);
  });

  it('refuses what another site’s page could send, and bodies that are no JSON', async () => {
    const form = new FormData();
    form.set('operations', JSON.stringify({ query: '{ limits { pageSize } }' }));
    form.set('map', '{}');
    const forged = await fetch(`${server.url}/graphql`, { method: 'POST', body: form });
    expect(forged.status).toBe(400);
    const broken = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":',
    });
    expect(broken.status).toBe(400);
  });

  it('tells nothing of its inside', async () => {
    await server.server.database.knex.schema.renameTable('nsync_runs', 'nsync_runs_gone');
    const failure = await server.fail(SyncRowsDocument, { input: { system: 'S', model: 'Person', rows: [] } });
    await server.server.database.knex.schema.renameTable('nsync_runs_gone', 'nsync_runs');
    expect(failure.code).toBe('INTERNAL_SERVER_ERROR');
    expect(failure.message).not.toMatch(/nsync_runs|insert|select|\//i);
  });

  it('answers GraphQL’s own errors for what the schema does not know', async () => {
    const send = async (query: string, variables: object = {}) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;
    };
    expect(await send('{ nonsense }')).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await send('{')).toBe('GRAPHQL_PARSE_FAILED');
    expect(await send('query ($first: Int!) { runs(first: $first) { totalCount } }', { first: 'x' })).toBe(
      'BAD_USER_INPUT',
    );
  });
});

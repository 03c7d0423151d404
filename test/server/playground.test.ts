/** The playground's tabs on databases with tables that nsync did not create. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { get, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Kind, parse, valueFromASTUntyped, visit } from 'graphql';
import { CreateTokenDocument } from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { zeroCode } from '../zeroCode/support';
import { CHINOOK } from '../zeroCode/publicSchemas';

interface Tab {
  readonly query: string;
  readonly variables?: string;
}

async function tabsOf(url: string): Promise<Tab[]> {
  const html = await (await fetch(url)).text();
  // The text of the page's first script, as a browser reads it.
  const data = /<script type="application\/json"[^>]*>([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  return (JSON.parse(data) as { tabs: Tab[] }).tabs;
}

const namesOf = (tabs: readonly Tab[]): (string | undefined)[] =>
  tabs.map(({ query }) => {
    const [operation] = parse(query).definitions;
    return operation?.kind === Kind.OPERATION_DEFINITION ? operation.name?.value : undefined;
  });

describe.each(DATABASES)('the tabs on $name', (kind) => {
  it('are about the tables there, and work as they stand', async () => {
    const { server } = await zeroCode(kind, CHINOOK);
    try {
      const tabs = await tabsOf(server.url);
      expect(namesOf(tabs)).toEqual(['ListModels', 'Preview', 'PreviewCsv', 'TouchedObjects', 'LastRuns']);
      const answers = [];
      for (const { query, variables } of tabs) {
        const response = await fetch(`${server.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables: variables === undefined ? {} : (JSON.parse(variables) as object) }),
        });
        answers.push(await response.json());
      }
      expect(answers).toEqual([
        { data: { models: expect.arrayContaining([expect.objectContaining({ name: 'Artist', objectCount: 0 })]) } },
        {
          data: {
            syncRows: {
              run: { status: 'COMPLETED', dryRun: true, counts: { created: 1, updated: 0, failed: 0 } },
              outcomes: [expect.objectContaining({ status: 'CREATED', problems: [] })],
            },
          },
        },
        {
          data: {
            syncCsv: {
              run: {
                status: 'COMPLETED',
                dryRun: true,
                counts: { rows: 1, created: 1, updated: 0, failed: 0 },
                problemGroups: [],
                outcomes: { nodes: [expect.objectContaining({ status: 'CREATED' })] },
              },
            },
          },
        },
        { data: { objects: { nodes: [] } } },
        {
          data: {
            runs: {
              nodes: [
                expect.objectContaining({ status: 'COMPLETED', problemGroups: [] }),
                expect.objectContaining({ status: 'COMPLETED', problemGroups: [] }),
              ],
            },
          },
        },
      ]);
      expect(await server.server.database.knex('Artist')).toEqual([]);
      expect(JSON.parse(tabs[1]?.variables ?? '')).toMatchObject({
        input: { model: 'Artist', options: { dryRun: true }, rows: [{ values: { Name: 'Example' } }] },
      });
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['of nothing that can be made by itself', ['CREATE TABLE "a" ("id" {id}, "n" int NOT NULL)'], [], null],
    ['with names that would end the script', ['CREATE TABLE "</script>" ("id" {id}, "x" varchar(3) NOT NULL)'], ['Preview', 'PreviewCsv'], { model: '</script>', rows: [{ values: { x: 'Exa' } }] }],
    ['with a field that is a word of headers', ['CREATE TABLE "a" ("id" {id}, "match_on" varchar(9) NOT NULL)'], ['Preview'], { model: 'a' }],
  ])('%s', async (_name, statements, previews, input) => {
    const { server } = await zeroCode(kind, statements);
    try {
      const tabs = await tabsOf(server.url);
      expect(namesOf(tabs)).toEqual(['ListModels', ...previews, 'TouchedObjects', 'LastRuns']);
      if (input) expect(JSON.parse(tabs[1]?.variables ?? '')).toMatchObject({ input });
    } finally {
      await server.stop();
    }
  }); // prettier-ignore
});

it('the tabs are of the tables as they were last read', async () => {
  const { server } = await zeroCode(DATABASES[0]!, ['CREATE TABLE "a" ("id" {id}, "n" int NOT NULL)']);
  try {
    expect(namesOf(await tabsOf(server.url))).not.toContain('Preview');
    await server.server.database.knex.raw('CREATE TABLE "b" ("id" integer PRIMARY KEY, "name" varchar(50))');
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { reloadModels { added } }' }),
    });
    expect(namesOf(await tabsOf(server.url))).toContain('Preview');
  } finally {
    await server.stop();
  }
});

describe.each(DATABASES)('the examples for a token on $name', (kind) => {
  interface Posted<T> {
    readonly data?: T | null;
    readonly errors?: readonly { readonly message: string }[];
  }
  let server: TestServer;
  const authorization = new Map<string, string>();
  const post = async <T>(scope: string, query: string, variables?: string): Promise<Posted<T>> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: authorization.get(scope) ?? '' },
      body: JSON.stringify({ query, variables: variables === undefined ? {} : (JSON.parse(variables) as object) }),
    });
    return (await response.json()) as Posted<T>;
  };
  const examples = (scope: string): Promise<Response> =>
    fetch(`${server.url}/playground/examples`, { headers: { authorization: authorization.get(scope) ?? '' } });

  beforeAll(async () => {
    server = await serve(kind);
    const { createToken } = await server.send(CreateTokenDocument, { input: { name: 'boss', scopes: ['admin'] } });
    authorization.set('admin', `Bearer ${createToken.secret}`);
  });
  afterAll(() => server.stop());

  const PREVIEWS = ['Preview', 'PreviewCsv'];
  it.each<[scope: string, names: string[], models: string[], systems: string[]]>([
    ['read', ['ListModels', 'TouchedObjects', 'LastRuns'], ['Car'], []],
    ['sync:HRSystem/Person:cu', ['ListModels', ...PREVIEWS, 'LastRuns'], ['Person'], ['HRSystem']],
    ['sync:Land%20registry/*', ['ListModels', ...PREVIEWS, 'LastRuns'], ['Car'], ['Land registry']],
    ['sync:*/House', ['ListModels', ...PREVIEWS, 'LastRuns'], ['House'], ['HRSystem']],
    ['sync:HRSystem/Person:u', ['ListModels', 'LastRuns'], [], []],
  ])('%s: fit what its caller may do, and work', async (scope, names, models, systems) => {
    const input = `{name: "caller-${authorization.size}", scopes: [${JSON.stringify(scope)}]}`;
    const { data } = await post<{ createToken: { secret: string } }>('admin', `mutation { createToken(input: ${input}) { secret } }`); // prettier-ignore
    authorization.set(scope, `Bearer ${data?.createToken.secret}`);
    const tabs = (await (await examples(scope)).json()) as Tab[];
    expect(namesOf(tabs)).toEqual(names);
    const texts = tabs.map(({ variables }) => variables ?? '').join('\n');
    expect([...new Set([...texts.matchAll(/"model": ?"(.*?)"/g)].map(([, model]) => model))]).toEqual(models);
    expect([...new Set([...texts.matchAll(/"system": ?"(.*?)"/g)].map(([, system]) => system))]).toEqual(systems);
    for (const { query, variables } of tabs) {
      const answer = await post<object>(scope, query, variables);
      expect(answer.errors).toBeUndefined();
      expect(JSON.stringify(answer.data)).not.toContain('"FAILED"');
    }
  });

  it('are those of the demo for an administrator, and nobody else keeps them', async () => {
    const response = await examples('admin');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(namesOf((await response.json()) as Tab[])).toEqual([
      'ListModels', 'SyncPersons', 'PreviewHouses', 'SyncCsv', 'WhichSystemsTouched', 'LastRuns', 'WatchRun',
    ]); // prettier-ignore
  });

  it('need a token that is valid', async () => {
    for (const headers of [undefined, { authorization: 'Bearer nope' }]) {
      const response = await fetch(`${server.url}/playground/examples`, { headers });
      expect(response.status).toBe(401);
      expect(await response.text()).not.toMatch(/Person|House/);
    }
  });
});

/** The values of each row in a document. */
function syncedValues(document: string): unknown[] {
  const found: unknown[] = [];
  visit(parse(document), {
    ObjectField: ({ name, value }) => {
      if (name.value === 'values') found.push(valueFromASTUntyped(value));
    },
  });
  return found;
}

it('the demo’s persons are those of the README', () => {
  const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');
  const [, firstMutation = ''] = /```graphql\n(mutation[^]*?)```/.exec(read('README.md')) ?? [];
  const persons = syncedValues(read('schema/operations/playground/SyncPersons.graphql'));
  expect(persons).toEqual(syncedValues(firstMutation));
  expect(persons.length).toBeGreaterThan(0);
});

interface Loaded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A file as it is transferred, because `fetch` would decompress it. */
const load = (url: string, encoding: string): Promise<Loaded> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': encoding } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    }).on('error', reject);
  });

describe('the files of the page', () => {
  const UNPACK: Readonly<Record<string, (body: Buffer) => Buffer>> = {
    br: brotliDecompressSync,
    gzip: gunzipSync,
    identity: (body) => body,
  };
  let server: TestServer;
  let files: string[];
  beforeAll(async () => {
    server = await serve(DATABASES[0]!);
    const { body } = await load(server.url, 'identity');
    files = [...new Set(body.toString().match(/\/playground\/[\w.-]+/g))];
  });
  afterAll(() => server.stop());

  it('are named by their content, and kept by browsers for good', async () => {
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files) {
      expect(file).toMatch(/-[A-Z0-9]{8}\.(js|css)$/);
      const { status, headers } = await load(server.url + file, 'br');
      expect([status, headers['cache-control'], headers['content-type']]).toEqual([
        200,
        'public,max-age=31536000,immutable',
        expect.stringMatching(file.endsWith('.css') ? /^text\/css/ : /^text\/javascript/),
      ]);
    }
  });

  it.each(Object.keys(UNPACK))('are sent to browsers that understand %s', async (encoding) => {
    for (const file of files) {
      const [plain, packed] = [await load(server.url + file, 'identity'), await load(server.url + file, encoding)];
      expect(packed.headers['content-encoding'] ?? 'identity').toBe(encoding);
      expect(packed.headers.vary ?? '').toMatch(/accept-encoding/i);
      expect(UNPACK[encoding]?.(packed.body).equals(plain.body)).toBe(true);
    }
  });

  it('are 2.5 MB at most, all together, even for browsers that only understand gzip', () => {
    const folder = join(__dirname, '../../dist/playground/files');
    const sizes = readdirSync(folder).flatMap((name) =>
      name.endsWith('.gz') ? [statSync(join(folder, name)).size] : [],
    );
    expect(sizes.length).toBeGreaterThan(10);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(2_500_000);
  });

  it.each(['/playground/', '/playground/manifest.json', '/playground/..%2f..%2fpackage.json', '/playground/main.js'])(
    'are nothing else: %s',
    async (path) => expect((await load(server.url + path, 'br')).status).toBe(404),
  );

  it('are all that the page may load', async () => {
    const { headers } = await load(server.url, 'br');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
  });
});

/** Operations that could end or block the server are refused before any work. Operations of common clients are accepted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery, graphql, print } from 'graphql';
import pino from 'pino';
import { createNsync, type Nsync } from '../../src';
import { DEFAULT_LIMITS, DEFAULT_OPERATION_LIMITS } from '../../src/api';
import * as operations from '../../schema/operations/generated';
import { readSettings } from '../../src/server/settings';
import { startServer } from '../../src/server/start';
import { DATABASES, type TestDatabase } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const [SQLITE] = DATABASES;
const PLAYGROUND = join(__dirname, '../../schema/operations/playground');
/** The most work for a refusal, as a multiple of `yardstick`: tokens up to the limit are read, and nothing else is done. */
const MOST_WORK = 10;

interface Request {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string;
}

interface Answer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

const many = (count: number, text: (index: number) => string, separator = ' '): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(separator);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** Microseconds of CPU time since `before`. */
const workSince = (before: NodeJS.CpuUsage): number => process.cpuUsage(before).user;

/** Microseconds of CPU time for converting half a million texts to JSON and back, which is longer on a busy or slow machine. */
function yardstick(): number {
  const before = process.cpuUsage();
  JSON.parse(JSON.stringify(numbers(500_000)));
  return workSince(before);
}
/** `a { a { … __typename … } }` */
const nested = (levels: number, opening: string, inner: string): string =>
  opening.repeat(levels) + inner + '}'.repeat(levels);
/** JSON of nested lists and objects. JSON.stringify cannot write as many levels as JSON.parse can read. */
const deepJson = (levels: number): string => '[{"a":'.repeat(levels / 2) + '1' + '}]'.repeat(levels / 2);
/** Each fragment spreads the next one twice: 2^steps fields. */
const doubling = (steps: number): string =>
  `{ ...F0 } ${many(steps, (i) => `fragment F${i} on Query { a${i}: run(id: 1) { id } ...F${i + 1} b${i}: __typename ...F${i + 1} }`)} fragment F${steps} on Query { run(id: 2) { id } }`;
const inlineRows = (count: number): string =>
  `mutation { syncRows(input: {system: "S", model: "Person", options: {dryRun: true}, defaults: {actionFlags: "cu", matchOn: ["employee_id"]}, rows: [${many(count, (i) => `{externalKey: "${i}", values: {employee_id: "${i}", first_name: "A", last_name: "B"}}`, ',')}]}) { run { status counts { rows } } } }`;
const MAPPINGS = 'mappings(first: 1000) { nodes { system {';
const PAGES = `{ externalSystems { nodes { ${MAPPINGS} ${MAPPINGS} name }}} }}} }}}`;

describe('operations', () => {
  let server: TestServer;
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    server = await serve(SQLITE);
  });
  afterAll(() => server.stop());

  const post = async (request: Request | string, headers: Record<string, string> = {}): Promise<Answer> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof request === 'string' ? request : JSON.stringify(request),
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };
  const get = async (query: string, variables?: object): Promise<Answer> => {
    const parameters = new URLSearchParams({ query, ...(variables ? { variables: JSON.stringify(variables) } : {}) });
    const response = await fetch(`${server.url}/graphql?${parameters.toString()}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };
  const upload = async (request: Request): Promise<Answer> => {
    const form = new FormData();
    form.set('operations', JSON.stringify(request));
    form.set('map', '{}');
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      body: form,
      headers: { 'apollo-require-preflight': '1' },
    });
    return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
  };

  describe('are refused', () => {
    it.each<[string, keyof typeof DEFAULT_LIMITS, Request]>([
      ['two million tokens', 'operationTokens', { query: `{ ${'a '.repeat(2_000_000)}}` }],
      ['two million tokens and no end', 'operationTokens', { query: '{ '.repeat(10) + 'a '.repeat(2_000_000) }],
      ['two million tokens of values', 'operationTokens', { query: `{ objects(model: "Person", where: {a: [${'1 '.repeat(2_000_000)}]}) { totalCount } }` }],
      ['two million comments', 'operationTokens', { query: `${'#\n'.repeat(2_000_000)}{ __typename }` }],
      ['a million braces', 'operationDepth', { query: '{a'.repeat(1_000_000) }],
      ['fields nested deeply', 'operationDepth', { query: nested(31, '{ a ', '{ b }') }],
      ['fields nested by fragments', 'operationDepth', { query: `{ run(id: 1) { ...F0 } } ${many(40, (i) => `fragment F${i} on SyncRun { systems { runs { nodes { ...F${i + 1} } } } }`)} fragment F40 on SyncRun { id }` }],
      ['inline fragments nested deeply', 'operationDepth', { query: `{ ${nested(40, '... { ', '__typename')} }` }],
      ['a long chain of fragments', 'operationDefinitions', { query: `{ ...F0 } ${many(15_000, (i) => `fragment F${i} on Query { ...F${i + 1} }`)} fragment F15000 on Query { __typename }` }],
      ['fragments that nobody spreads', 'operationDefinitions', { query: `{ __typename } ${many(300, (i) => `fragment F${i} on Query { __typename }`)}` }],
      ['many operations', 'operationDefinitions', { query: many(201, (i) => `query Q${i} { __typename }`), operationName: 'Q1' }],
      ['fragments that double the fields', 'operationFields', { query: `{ models { ...F0 } } ${many(12, (i) => `fragment F${i} on Model { ...F${i + 1} ... { ...F${i + 1} } }`)} fragment F12 on Model { __typename }` }],
      ['fragments that are spread twice', 'operationFields', { query: `{ models { ...F0 } } ${many(26, (i) => `fragment F${i} on Model { ...F${i + 1} ...F${i + 1} }`)} fragment F26 on Model { __typename }` }],
      ['fields by the thousand', 'operationFields', { query: `{ models { ${'name '.repeat(2001)}} }` }],
      ['fields by the thousand under another name', 'operationFields', { query: `{ models { ${'fields { name } '.repeat(1001)} } }` }],
      ['root fields', 'operationRootFields', { query: `{ ${'limits { pageSize } '.repeat(51)} }` }],
      ['root fields by fragments', 'operationRootFields', { query: doubling(8) }],
      ['mutations', 'operationRootFields', { query: `mutation { ${many(51, (i) => `m${i}: saveExternalSystem(input: {name: "S${i}"}) { created }`)} }` }],
      ['aliases', 'operationAliases', { query: `{ models { ${many(101, (i) => `a${i}: name`)} } }` }],
      ['aliases by fragments', 'operationAliases', { query: `{ models { ${'...F '.repeat(51)} } } fragment F on Model { a: name b: table }` }],
      ['directives', 'operationDirectives', { query: `{ __typename ${'@skip(if: true) '.repeat(101)} }` }],
      ['directives of the operation', 'operationDirectives', { query: `query ${'@a '.repeat(101)} { __typename }` }],
      ['directives of fragments', 'operationDirectives', { query: `{ models { ${'... @include(if: true) { name } '.repeat(101)} } }` }],
      ['nested pages', 'operationNodes', { query: PAGES }],
      ['nested pages of edges', 'operationNodes', { query: PAGES.replaceAll('nodes {', 'edges { node {').replaceAll('}}', '}}}') }],
      ['nested pages by variables', 'operationNodes', { query: `query ($n: Int!) ${PAGES.replaceAll('1000', '$n')}`, variables: { n: 1000 } }],
      ['nested pages by defaults of variables', 'operationNodes', { query: `query ($n: Int! = 1000) ${PAGES.replaceAll('1000', '$n')}` }],
      ['nested pages in inline fragments', 'operationNodes', { query: `{ externalSystems { ... { nodes { ... on ExternalSystem { mappings(first: 1000) { ... { nodes { id } } } } } } } }` }],
      ['nested pages in fragments', 'operationNodes', { query: '{ externalSystems { ...S } } fragment S on ExternalSystemConnection { nodes { mappings(first: 1000) { ...M } } } fragment M on ExternalKeyMappingConnection { nodes { id } }' }],
      ['nested pages of the default size', 'operationNodes', { query: '{ externalSystems { nodes { runs { nodes { outcomes { nodes { row } } } } } } }' }],
      ['nested pages after a sync', 'operationNodes', { query: `mutation { syncRows(input: {system: "S", model: "Person", rows: []}) { run { systems { ${MAPPINGS} ${MAPPINGS} name }}} }}} } } } }` }],
      ['a page for each of many items', 'operationPages', { query: '{ runs(first: 1000) { nodes { a: outcomes(first: 1) { totalCount } b: outcomes(first: 1) { totalCount } } } }' }],
      ['many values of many items', 'operationValues', { query: `{ objects(model: "Person", first: 1000) { nodes { ${many(100, (i) => `a${i}: values`)} touchedBy { ${many(90, () => 'externalKeys')} ...T } } } } fragment T on SystemTouch { ${many(60, () => 'lastRun { id }')} }` }],
      ['the schema in the schema', 'operationValues', { query: `{ ${many(40, (i) => `a${i}: __schema { types { fields { name type { name fields { name args { name } } } } } }`)} }` }],
      ['a million keys', 'operationListItems', { query: 'query ($k: [ID!]) { externalKeyMappings(filter: {externalKeys: $k}) { totalCount } }', variables: { k: numbers(1_000_000) } }],
      ['a million keys within an input', 'operationListItems', { query: 'query ($f: ExternalKeyMappingFilter) { externalKeyMappings(filter: $f) { totalCount } }', variables: { f: { externalKeys: numbers(1_000_000) } } }],
      ['many keys of several variables', 'operationListItems', { query: 'query ($a: [ID!], $b: [ID!]) { a: externalKeyMappings(filter: {externalKeys: $a}) { totalCount } b: externalKeyMappings(filter: {externalKeys: $b}) { totalCount } }', variables: { a: numbers(50_001), b: numbers(50_000) } }],
      ['objects by the hundred thousand', 'operationListItems', { query: 'mutation ($i: SyncCsvInput!) { syncCsv(input: $i) { run { status } } }', variables: { i: { system: 'S', model: 'Person', csv: 'a', columns: numbers(100_001).map((header) => ({ header })) } } }],
      ['names of match_on by the hundred thousand', 'operationListItems', { query: 'mutation ($i: SyncRowsInput!) { syncRows(input: $i) { run { status } } }', variables: { i: { system: 'S', model: 'Person', rows: [], defaults: { matchOn: numbers(100_001) } } } }],
      ['millions of values', 'requestValues', { query: '{ __typename }', variables: { a: numbers(1_500_001) } }],
      ['millions of values of rows', 'requestValues', { query: 'mutation ($i: SyncRowsInput!) { syncRows(input: $i) { run { status } } }', variables: { i: { system: 'S', model: 'Person', rows: Array.from({ length: 800_000 }, () => ({})) } } }],
      ['a value nested deeply', 'valueDepth', { query: `{ objects(model: "Person", where: {a: ${'['.repeat(601)}${']'.repeat(601)}}) { totalCount } }` }],
      ['a type nested deeply', 'valueDepth', { query: `query ($a: ${'['.repeat(601)}Int${']'.repeat(601)}) { __typename }` }],
    ])('%s', async (_name, limit, request) => {
      const body = JSON.stringify(request);
      const yard = yardstick();
      const before = process.cpuUsage();
      const answer = await post(body);
      const work = workSince(before);
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
      expect(answer.data).toBeUndefined();
      const message = answer.errors?.[0]?.message ?? '';
      expect(message).toContain(`the limit is ${DEFAULT_LIMITS[limit].toLocaleString('en-US')} (${limit})`);
      expect(message.length).toBeLessThan(300);
      expect(work / yard).toBeLessThan(MOST_WORK);
    }); // prettier-ignore

    it.each([[700], [1_000_000]])('a variable of %i levels', async (levels) => {
      const answer = await post(
        `{"query": "query ($w: JSONObject) { objects(model: \\"Person\\", where: $w) { totalCount } }", "variables": {"w": {"age": ${deepJson(levels)}}}}`,
      );
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
      expect(answer.errors?.[0]?.message).toContain('the limit is 600 (valueDepth)');
    });

    it.each([
      ['empty lists', `[${'[],'.repeat(2_000_000)}[]]`],
      ['numbers', `[${'1,'.repeat(2_000_000)}1]`],
      ['objects after a quote within a text', `["\\\\\\"[",${'{},'.repeat(2_000_000)}{}]`],
      ['lists within each other', '['.repeat(2_000_000) + ']'.repeat(2_000_000)],
    ])('JSON with millions of %s', async (_values, json) => {
      const answer = await post(`{"query": "{ __typename }", "variables": {"a": ${json}}}`);
      expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
    });

    it('but not for what is within a text', async () => {
      const json = JSON.stringify({ query: '{ __typename }', variables: { a: '[1,"{2},'.repeat(1_000_000) } });
      expect((await post(json)).errors).toBeUndefined();
    });

    it('by GET and as multipart requests, too', async () => {
      const query = 'query ($n: Int) { externalSystems(first: $n) { nodes { runs(first: 1000) { totalCount } } } }';
      const pages = query.replace('totalCount', 'nodes { id }');
      for (const answer of [await get(pages, { n: 100 }), await upload({ query: pages, variables: { n: 100 } })])
        expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
      expect((await get(pages, { n: 10 })).errors).toBeUndefined();
    });

    it('by their hash, and as a batch', async () => {
      const extensions = { persistedQuery: { version: 1, sha256Hash: 'f'.repeat(64) } };
      expect((await post(JSON.stringify({ extensions }))).errors).toHaveLength(1);
      expect((await post(JSON.stringify([{ query: PAGES }, { query: PAGES }]))).status).toBe(400);
    });
  });

  describe('are executed', () => {
    const playground = readdirSync(PLAYGROUND).map((file) => readFileSync(join(PLAYGROUND, file), 'utf8'));
    const documents = Object.entries(operations as Record<string, unknown>).flatMap(([name, document]) =>
      name.endsWith('Document') ? [[name, print(document as Parameters<typeof print>[0])] as const] : [],
    );

    it('what the client, the command line and the playground send', async () => {
      expect(documents.length).toBeGreaterThan(15);
      expect(playground.length).toBeGreaterThan(5);
      const texts = [...documents.map(([, text]) => text), ...playground];
      for (const query of texts) {
        const { errors = [] } = await post({ query, variables: { first: 1000 } });
        expect(errors.map(({ extensions: { code } }) => code)).not.toContain('OPERATION_TOO_COMPLEX');
      }
    });

    it.each<[string, Request]>([
      ['introspection with everything', { query: getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }) }],
      ['a page of the largest size', { query: '{ externalKeyMappings(first: 1000) { nodes { externalKey object { values touchedBy { system { name } lastRun { id } } } } } }' }],
      ['outcomes of many runs', { query: '{ runs(first: 100) { nodes { id outcomes(first: 100) { nodes { row problems { code } changes { field } } } } } }' }],
      ['8,000 rows within the text', { query: inlineRows(8000) }],
      ['a list of the largest size', { query: 'query ($k: [ID!]) { externalKeyMappings(filter: {externalKeys: $k}) { totalCount } }', variables: { k: numbers(100_000) } }],
      ['10,000 rows of 140 fields', { query: 'mutation ($rows: [RowInput!]!) { syncRows(input: {system: "S", model: "Person", options: {dryRun: true}, rows: $rows}) { run { status } } }', variables: { rows: numbers(10_000).map(() => ({ values: Object.fromEntries(numbers(140).map((name) => [`f${name}`, 1])) })) } }],
      ['a JSON value with a long list', { query: 'mutation ($rows: [RowInput!]!) { syncRows(input: {system: "S", model: "Person", options: {dryRun: true}, rows: $rows}) { run { status } } }', variables: { rows: [{ values: { list: numbers(100_001) } }] } }],
      ['a long text within quotes', { query: `mutation { syncCsv(input: {system: "S", model: "Person", options: {dryRun: true}, csv: ${JSON.stringify(`employee_id,first_name,last_name\n${'#,A,B\n'.repeat(5000)}`)}}) { run { status } } }` }],
    ])('%s', async (_name, request) => {
      expect((await post(request)).errors).toBeUndefined();
    }); // prettier-ignore
  });

  describe('that multiply what there is', () => {
    const KEYS = 10;
    const limits = { operationNodes: KEYS ** 2 * 2 };
    const mappingsOf = (levels: number): string =>
      `{ objects(model: "person") { nodes { ${'mappings { object { '.repeat(levels)}id${' } }'.repeat(levels)} } } }`;
    let database: TestDatabase;
    let nsync: Nsync;
    beforeAll(async () => {
      if (!SQLITE) throw new Error('SQLite is always there');
      database = await SQLITE.create();
      await database.database.knex.schema.createTable('person', (table) => {
        table.increments('id');
        table.string('name', 20);
      });
      nsync = await createNsync({ database: database.url, limits });
      const rows = Array.from({ length: KEYS }, (_, externalKey) => ({ externalKey, values: { name: 'A' } }));
      await nsync.sync({ system: 'S', model: 'person', defaults: { actionFlags: 'cu', matchOn: 'name' }, rows });
    });
    afterAll(async () => {
      await nsync.close();
      await database.drop();
    });

    it('are executed up to the limit, and given up there', async () => {
      const ask = (levels: number) => graphql({ schema: nsync.schema, source: mappingsOf(levels), contextValue: {} });
      const { errors, data } = await ask(2);
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data).match(/"id"/g)).toHaveLength(KEYS ** 2);
      const codes = (await ask(5)).errors?.map(({ extensions: { code } }) => code);
      expect([...new Set(codes)]).toEqual(['OPERATION_TOO_COMPLEX']);
    });

    it('fail with a hundred errors at most', async () => {
      const settings = readSettings({ DATABASE_URL: database.url, PORT: '0' });
      const own = await startServer(
        { ...settings, limits: { ...settings.limits, ...limits } },
        pino({ level: 'silent' }),
      );
      const response = await fetch(`${own.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: mappingsOf(5) }),
      });
      const { errors = [] } = (await response.json()) as Answer;
      await own.stop();
      expect(new Set(errors.map(({ extensions: { code } }) => code))).toEqual(new Set(['OPERATION_TOO_COMPLEX']));
      expect(errors.length).toBeLessThanOrEqual(100);
    });
  });

  it('have limits that clients and the docs are told', async () => {
    const names = Object.keys(DEFAULT_OPERATION_LIMITS) as (keyof typeof DEFAULT_OPERATION_LIMITS)[];
    const { data } = await post({ query: `{ limits { ${names.join(' ')} } }` });
    expect(data).toEqual({ limits: DEFAULT_OPERATION_LIMITS });
    const docs = readFileSync(join(__dirname, '../../docs/limits.md'), 'utf8');
    const told = [...docs.matchAll(/^\| `(operation\w+|requestValues|valueDepth)` +\| ([\d,]+)/gm)].map(
      ([, name, limit]) => [name, limit],
    );
    expect(told).toEqual(names.map((name) => [name, DEFAULT_OPERATION_LIMITS[name].toLocaleString('en-US')]));
  });

  it('with errors of syntax and validation are GraphQL’s, a hundred of them at most', async () => {
    const unknown = await post({
      query: `{ ${many(1500, (i) => `zz${i % 50}`)} }`
        .replaceAll('zz', '... { zz ')
        .replaceAll(/(zz\d*|\{ zz \d+)/g, '$1 }'),
    });
    expect(unknown.errors?.length).toBeLessThanOrEqual(101);
    const variables = await post({
      query: 'query ($s: [RunStatus!]) { runs(statuses: $s) { totalCount } }',
      variables: { s: Array.from({ length: 50_000 }, () => 'NONE') },
    });
    expect(variables.errors?.length).toBeLessThanOrEqual(101);
    const long = await post({ query: `{ ${'z'.repeat(1_000_000)} }` });
    expect(long.errors?.[0]?.message.length).toBeLessThan(10_000);
  });
});

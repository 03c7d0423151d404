/** No text in a GraphQL request becomes part of a statement: values are bound, and names come from the catalog. */
import { makeSchema } from '../../src/api';
import { CALL_ERRORS } from '../../src/errors';
import { createToken, saveWebhook } from '../../src/records';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { guarded, type Guarded } from './guarded';
import { PLANTED } from './planted';
import {
  type Position,
  type Request,
  requestFor,
  type Route,
  routesOf,
  type Samples,
  textPositions,
} from './positions';
import { isBound } from './statements';

let tokens = 0;

const SAMPLES: Samples = {
  places: {
    '(model)': 'Person',
    '(system)': 'S',
    'Query.externalSystem(name)': 'S',
    'Query.model(name)': 'Person',
    'Query.webhook(name)': 'hook',
    'Query.objects(where)': { first_name: 'Ada' },
    'RowInput.actionFlags': 'cu*',
    'RowInput.matchOn': ['employee_id'],
    'RowInput.values': { employee_id: 'E1', first_name: 'Ada', last_name: 'King' },
    'SyncCsvInput.csv': 'action_flags,match_on,employee_id,first_name,last_name\ncu*,employee_id,E2,Ada,King\n',
    'CsvFileInput.csv': 'action_flags,match_on,employee_id,first_name,last_name\ncu*,employee_id,E3,Ada,King\n',
    'CsvFileInput.name': 'S_myapp_Person.csv',
    'SyncOptionsInput.onError': 'CONTINUE',
    'ColumnInput.header': 'last_name',
    'CreateTokenInput.name': () => `token-${(tokens += 1)}`,
    'CreateTokenInput.scopes': ['read'],
    'PruneRunsInput.finishedBefore': '2000-01-01T00:00:00.000Z',
    'SaveExternalSystemInput.name': () => `Saved ${(tokens += 1)}`,
    'DeleteExternalSystemInput.name': 'Gone',
    'SaveWebhookInput.name': 'hook',
    'SaveWebhookInput.url': 'https://hooks.invalid/',
    'SaveWebhookInput.secret': `whsec_${'A'.repeat(32)}`,
    'SaveWebhookInput.statuses': ['INTERRUPTED'],
    'DeleteWebhookInput.name': 'gone',
  },
  scalars: { String: 'x', ID: '1', Int: 1, Float: 1, Boolean: true, JSON: {}, JSONObject: {}, DateTime: '2026-01-31T08:05:00.000Z' },
  instead: { 'SyncCsvInput.file': 'csv', 'CsvFileInput.file': 'csv' },
}; // prettier-ignore

/** The values of the created person, for JSON objects. */
const PERSON = { employee_id: 'E1', first_name: 'Ada', last_name: 'King' };

/** All ways to put a text into a scalar. */
function plantedIn({ scalar, keys, argument }: Position, text: string): unknown[] {
  const base64 = (given: string): string => Buffer.from(given).toString('base64url');
  if (scalar === 'JSON' || scalar === 'JSONObject') {
    const objects = [
      { [text]: 1 },
      { ...PERSON, [text]: text },
      { ...PERSON, first_name: text },
      { ...PERSON, first_name: { [text]: [text] } },
      { ...PERSON, [`houses=>${text}`]: 'x', 'houses=>address': text },
      { ...PERSON, tags: { add: [{ label: text, [text]: text }] }, houses: { _key: text, _system: text } },
    ];
    return scalar === 'JSON' ? [text, [text], ...objects] : objects;
  }
  const isCursor = (keys.at(-1) ?? argument.name) === 'after';
  return isCursor ? [text, base64(`after:${text}`), base64(`after:1${text}`), base64(`after:1:${text}`)] : [text];
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions: { readonly code: string } }[];
} // prettier-ignore

/** Some bodies cannot be read by any server: headers in a multipart request cannot contain NUL. */
const isKnown = (code: string): boolean => code in CALL_ERRORS || code === 'BAD_REQUEST';

/** Whether the field at the end of a route was executed, and not only a field on the way. */
function isReached(route: Route, { data, errors = [] }: Answer): boolean {
  const names = route.fields.map(({ name }) => name);
  const within = (value: unknown, [name, ...rest]: readonly string[]): boolean => {
    if (name === undefined) return true;
    const items = [value].flat() as (Record<string, unknown> | null)[];
    return items.some((item) => item !== null && typeof item === 'object' && name in item && within(item[name], rest));
  };
  if (within(data, names)) return true;
  return errors.some(({ path = [], extensions: { code } }) => {
    // A scalar that refuses the variable was also reached.
    if (path.length === 0) return ['BAD_USER_INPUT', 'BAD_REQUEST'].includes(code);
    return path.filter((part) => typeof part === 'string').join('.') === names.join('.');
  });
}

describe.each(DATABASES)('on $name', (kind) => {
  let server: TestServer;
  let guard: Guarded;
  let schemaPositions: readonly Position[] = [];
  let authorization = '';

  async function send({ query, variables, path }: Request, file?: { name: string; content: string }): Promise<Answer> {
    const headers = { authorization, 'apollo-require-preflight': 'true' };
    const operations = JSON.stringify({ query, variables });
    if (!file) {
      const json = { 'content-type': 'application/json', ...headers };
      return (await (await fetch(`${server.url}/graphql`, { method: 'POST', body: operations, headers: json })).json()) as Answer; // prettier-ignore
    }
    const body = new FormData();
    body.set('operations', operations);
    body.set('map', JSON.stringify({ f: [`variables.${path}`] }));
    body.set('f', new Blob([file.content]), file.name);
    return (await (await fetch(`${server.url}/graphql`, { method: 'POST', body, headers })).json()) as Answer;
  }

  /** Files with the text in their name and in their content. */
  const filesOf = (text: string): { name: string; content: string }[] => {
    const cell = `"${text.replaceAll('"', '""')}"`;
    const header = 'action_flags,match_on,external_key,employee_id,first_name,last_name';
    return [
      { name: `${text}_myapp_Person.csv`, content: `${header}\ncu*,employee_id,k,E4,Ada,King\n` },
      { name: 'S_myapp_Person.csv', content: `${header},${cell}\ncu*,employee_id,${cell},${cell},${cell},${cell},${cell}\n` },
      { name: 'S_myapp_Person.csv', content: `${header}\n${cell},${cell},k,E4,Ada,King\n` },
    ]; // prettier-ignore
  };

  const codesOf = ({ errors = [] }: Answer): string[] => errors.map(({ extensions: { code } }) => code);

  beforeAll(async () => {
    schemaPositions = textPositions(await makeSchema());
    server = await serve(kind, { environment: { NSYNC_MAX_CALLS_PER_MINUTE: '0' } });
    guard = await guarded(server.server.database);
    const boss = { name: 'boss', scopes: ['admin'], expiresAt: null, createdBy: null };
    authorization = `Bearer ${(await createToken(server.server.database, boss, new Date())).secret}`;
    const hook = { name: 'hook', url: 'https://hooks.invalid/', systems: null, statuses: null, secret: null };
    await saveWebhook(server.server.database, hook, false, new Date());
    const first = textPositions(await makeSchema()).find(({ name }) => name === 'syncRows(input.rows.0.externalKey)')!;
    expect(codesOf(await send(requestFor(first, SAMPLES, 'k')))).toEqual([]);
  });
  afterAll(async () => {
    guard.end();
    await server.stop();
  });

  it('requests are accepted whose places have samples alone', async () => {
    for (const route of routesOf(schemaPositions)) {
      const answer = await send(requestFor(route, SAMPLES));
      const refused = codesOf(answer).filter((code) => code === 'BAD_USER_INPUT' || !isKnown(code));
      expect({ route: route.fields.map(({ name }) => name), refused, errors: refused.length > 0 && answer.errors }).toEqual({
        route: route.fields.map(({ name }) => name),
        refused: [],
        errors: false,
      });
      expect(isReached(route, answer)).toBe(true);
    }
  }); // prettier-ignore

  it('a text in any place of the schema is bound, or refused with a code', async () => {
    const bound = new Set<string>();
    guard.statements.taken();
    for (const position of schemaPositions)
      for (const { hazard, text } of PLANTED) {
        const requests = position.scalar === 'Upload'
          ? filesOf(text).map((file) => [requestFor(position, SAMPLES, null), file] as const)
          : plantedIn(position, text).map((planted) => [requestFor(position, SAMPLES, planted), undefined] as const);
        for (const [request, file] of requests) {
          const answer = await send(request, file);
          const statements = guard.statements.taken();
          const codes = codesOf(answer);
          expect({
            position: position.name,
            hazard,
            reached: isReached(position, answer),
            unknown: codes.filter((code) => !isKnown(code)),
            sql: guard.inSql(statements),
          }).toEqual({ position: position.name, hazard, reached: true, unknown: [], sql: [] });
          if (statements.some(isBound)) bound.add(position.name);
        }
      }
    // These positions must reach the database, so that the test is meaningful.
    expect([...bound]).toEqual(expect.arrayContaining(BOUND));
    await guard.expectUntouched();
  }, 600_000); // prettier-ignore
});

/** Positions whose texts are known to reach the database. */
const BOUND = [
  'externalSystem(name)',
  'objects(where)',
  'externalKeyMappings(filter.externalKeys.0)',
  'syncRows(input.system)',
  'syncRows(input.rows.0.externalKey)',
  'syncRows(input.rows.0.values)',
  'syncCsv(input.file)',
  'syncCsvFiles(input.files.0.file)',
  'saveExternalSystem(input.description)',
];

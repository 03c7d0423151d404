/** POST /graphql goes past Express's routes. Clients must not notice. */
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const [SQLITE] = DATABASES;

/** Addresses that Express routes to the same handlers. */
const ROUTED = ['/graphql/', '/graphql?', '/GraphQL'];

const JSON_TYPE = { 'content-type': 'application/json' };
const mutation = (rows: number): string =>
  JSON.stringify({
    query:
      'mutation ($rows: [RowInput!]!) { syncRows(input: {system: "HR", model: "Person", rows: $rows}) { run { status } outcomes { status } } }',
    variables: {
      rows: Array.from({ length: rows }, () => ({
        actionFlags: 'u',
        matchOn: 'employee_id',
        values: { employee_id: 'E1' },
      })),
    },
  });

const REQUESTS: Readonly<Record<string, RequestInit>> = {
  'a mutation': { method: 'POST', headers: JSON_TYPE, body: mutation(1) },
  'too many rows': { method: 'POST', headers: JSON_TYPE, body: mutation(4) },
  'a text that is no JSON': { method: 'POST', headers: JSON_TYPE, body: '{"query": ' },
  'a query with a syntax error': { method: 'POST', headers: JSON_TYPE, body: '{"query": "{"}' },
  'another type': { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{viewer{name}}' },
  'another encoding': { method: 'POST', headers: { 'content-type': 'application/json; charset=latin1' }, body: '{}' },
  'a body that is too large': { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ query: ' '.repeat(5000) }) },
  'no body': { method: 'POST', headers: JSON_TYPE },
  'a page of another site': { method: 'POST', headers: { ...JSON_TYPE, origin: 'https://evil.example' }, body: '{}' },
  'a token that is unknown': { method: 'POST', headers: { ...JSON_TYPE, authorization: 'Bearer no' }, body: '{}' },
  'events that nobody subscribed to': {
    method: 'POST',
    headers: { ...JSON_TYPE, accept: 'text/event-stream' },
    body: '{"query": "{ viewer { name } }"}',
  },
  'a GET request': { method: 'GET' },
  'a preflight request': { method: 'OPTIONS' },
};

/** Headers that differ from response to response. */
const VARYING = ['date', 'x-request-id'];

describe('the direct route', () => {
  let server: TestServer;
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    server = await serve(SQLITE, { limits: { rowsPerCall: 3, bodyBytes: 2000 } });
  });
  afterAll(() => server.stop());

  const answer = async (path: string, request: RequestInit): Promise<object> => {
    const response = await fetch(server.url + path, request);
    const headers = [...response.headers].filter(([name]) => !VARYING.includes(name));
    expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    const body = (await response.text()).replaceAll(response.headers.get('x-request-id') ?? '', 'ID');
    return { status: response.status, headers, body };
  };

  it.each(Object.entries(REQUESTS))('answers %s as Express routes it', async (_name, request) => {
    const direct = await answer('/graphql', request);
    expect(direct).not.toMatchObject({ status: 404 });
    for (const path of ROUTED) expect(await answer(path, request)).toEqual(direct);
  });

  it('answers requests that arrive together, each with its own answer', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    const answers = await Promise.all(
      names.map((name) =>
        answer('/graphql', {
          method: 'POST',
          headers: JSON_TYPE,
          body: JSON.stringify({ query: `{ ${name}: __typename }` }),
        }),
      ),
    );
    expect(answers).toEqual(
      names.map((name) => expect.objectContaining({ status: 200, body: `{"data":{"${name}":"Query"}}\n` }) as object),
    );
  });
});

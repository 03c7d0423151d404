/** Parts that a server can be started without, and the headers of its responses. */
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const [SQLITE] = DATABASES;
const HTML = { accept: 'text/html' };

/** Serves a demo with some settings while `work` runs. */
async function during(environment: Record<string, string>, work: (server: TestServer) => Promise<void>): Promise<void> {
  if (!SQLITE) throw new Error('SQLite is always there');
  const server = await serve(SQLITE, { environment });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

const ask = async ({ url }: TestServer, query: string): Promise<unknown> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
};

describe('headers', () => {
  it('let the playground load its own files, and nothing else', () =>
    during({}, async ({ url }) => {
      const { headers } = await fetch(url, { headers: HTML });
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none';script-src 'self';/) as unknown,
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(['strict-transport-security', 'access-control-allow-origin', 'x-powered-by', 'server'].map((name) => headers.get(name))).toEqual([null, null, null, null]); // prettier-ignore
    }));

  it('allow nothing without the playground', () =>
    during({ NSYNC_PLAYGROUND: '0' }, async ({ url }) => {
      for (const path of ['/', '/health', '/graphql?query={__typename}']) {
        const { headers } = await fetch(url + path, { headers: { 'apollo-require-preflight': '1' } });
        expect(headers.get('content-security-policy')).toBe(
          "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        );
      }
    }));

  it('ask for TLS where clients use it', () =>
    during({ NSYNC_HTTPS: '1' }, async ({ url }) => {
      const { headers } = await fetch(`${url}/health`);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    }));

  it('have no cache store an answer', () =>
    during({}, async ({ url }) => {
      const { headers } = await fetch(`${url}/graphql?query={models{name}}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect(headers.get('cache-control')).toBe('no-store');
    }));
});

describe('NSYNC_PLAYGROUND=0', () => {
  it('serves GraphQL and no page', () =>
    during({ NSYNC_PLAYGROUND: '0' }, async (server) => {
      const page = await fetch(server.url, { headers: HTML });
      expect([page.status, await page.json()]).toMatchObject([
        404,
        { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
      ]);
      const graphql = await fetch(`${server.url}/graphql`, { headers: HTML });
      expect(graphql.headers.get('content-type')).not.toMatch('html');
      expect(await ask(server, '{ runs { totalCount } }')).toEqual({ data: { runs: { totalCount: 0 } } });
    }));
});

describe('NSYNC_INTROSPECTION=0', () => {
  it('answers no question about the schema, and gives no hint', () =>
    during({ NSYNC_INTROSPECTION: '0' }, async (server) => {
      for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }'])
        expect(await ask(server, query)).toMatchObject({
          errors: [
            {
              message: expect.stringMatching(/does not describe its schema.*NSYNC_INTROSPECTION=1\.$/) as unknown,
              extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
            },
          ],
        });
      expect(JSON.stringify(await ask(server, '{ modls { name } }'))).not.toMatch('models');
      expect(await ask(server, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    }));

  it('is answered with a hint otherwise', () =>
    during({}, async (server) => {
      expect(JSON.stringify(await ask(server, '{ modls { name } }'))).toMatch(/Did you mean.*models/);
      expect(await ask(server, '{ __type(name: "Query") { name } }')).toEqual({ data: { __type: { name: 'Query' } } });
    }));
});

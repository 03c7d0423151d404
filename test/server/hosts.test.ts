/** The host names and origins that the server accepts. Pages of other sites cannot use the server, wherever their names point. */
import { request } from 'node:http';
import pino from 'pino';
import { readSettings } from '../../src/server/settings';
import { type RunningServer, startServer } from '../../src/server/start';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const [SQLITE] = DATABASES;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

describe('a server', () => {
  let database: TestDatabase;
  const servers: RunningServer[] = [];
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    database = await migratedDatabase(SQLITE);
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await database.drop();
  });

  const start = async (environment: Record<string, string>): Promise<string> => {
    const settings = readSettings({ DATABASE_URL: database.url, NSYNC_MODELS: 'demo', PORT: '0', ...environment });
    const server = await startServer(settings, pino({ level: 'silent' }));
    servers.push(server);
    return server.url.replace('0.0.0.0', '127.0.0.1');
  };
  /** Uses node:http, because fetch sets Host itself. */
  const send = (url: string, headers: Headers, method = 'GET', path = '/health'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request(new URL(path, url), { method, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.on('error', reject);
      sent.end();
    });
  const codeOf = ({ text }: Answer): string =>
    (JSON.parse(text) as { errors: { extensions: { code: string } }[] }).errors[0]!.extensions.code;

  describe.each<[string, Record<string, string>, (readonly [string, number])[], (readonly [string, string, number])[]]>(
    [
      [
        'of one computer',
        {},
        [
          ['localhost', 200],
          ['LOCALHOST:4000', 200],
          ['app.localhost:3000', 200],
          ['127.0.0.1', 200],
          ['127.1.2.3:80', 200],
          ['[::1]', 200],
          ['[::1]:4000', 200],
          ['localhost.', 200],
          ['evil.example', 421],
          ['evil.example:4000', 421],
          ['localhost.evil.example', 421],
          ['127.0.0.1.evil.example', 421],
          ['notlocalhost', 421],
          ['192.168.1.5:4000', 421],
          ['[fe80::1]', 421],
          ['user@localhost', 421],
          ['localhost:4000@evil.example', 421],
          ['localhost/', 421],
        ],
        [
          ['localhost:4000', 'http://localhost:4000', 200],
          ['localhost:4000', 'http://127.0.0.1:3000', 200],
          ['localhost:4000', 'http://[::1]:3000', 200],
          ['localhost:4000', 'https://evil.example', 403],
          ['localhost:4000', 'http://localhost.evil.example', 403],
          ['localhost:4000', 'null', 403],
          ['localhost:4000', 'file://', 403],
          ['localhost:4000', 'http://192.168.1.5', 403],
          ['localhost:4000', '', 403],
        ],
      ],
      [
        'of one computer behind a proxy',
        { NSYNC_ALLOWED_HOSTS: 'nsync.example.com, *.Internal.example ,10.0.0.7' },
        [
          ['nsync.example.com', 200],
          ['NSYNC.example.com:443', 200],
          ['a.b.internal.example', 200],
          ['10.0.0.7', 200],
          ['localhost', 200],
          ['internal.example', 421],
          ['example.com', 421],
          ['evil-internal.example', 421],
          ['10.0.0.8', 421],
        ],
        [
          ['127.0.0.1:4000', 'https://nsync.example.com', 200],
          ['nsync.example.com', 'https://nsync.example.com', 200],
          ['nsync.example.com', 'http://localhost:3000', 403],
          ['nsync.example.com', 'https://example.com', 403],
        ],
      ],
      [
        'of a network',
        { HOST: '0.0.0.0', NSYNC_INSECURE: '1' },
        [
          ['192.168.1.5:4000', 200],
          ['[fe80::1]:4000', 200],
          ['localhost', 200],
          ['evil.example', 421],
        ],
        [
          ['192.168.1.5:4000', 'http://192.168.1.5:4000', 200],
          ['192.168.1.5:4000', 'http://192.168.1.6', 403],
        ],
      ],
      [
        'of everyone',
        { HOST: '0.0.0.0', NSYNC_INSECURE: '1', NSYNC_ALLOWED_HOSTS: '*' },
        [['anything.example', 200]],
        [['anything.example', 'https://other.example', 200]],
      ],
    ],
  )('%s', (_name, environment, hosts, origins) => {
    let url: string;
    beforeAll(async () => void (url = await start(environment)));

    it.each(hosts)('answers the host "%s" with %i', async (host, status) => {
      const answer = await send(url, { host });
      expect(answer.status).toBe(status);
      if (status === 200) return;
      expect(codeOf(answer)).toBe('HOST_NOT_ALLOWED');
      expect(answer.text).toContain('NSYNC_ALLOWED_HOSTS=');
    });

    it.each(origins)('as %s answers a page of "%s" with %i', async (host, origin, status) => {
      const answer = await send(url, { host, origin });
      expect(answer.status).toBe(status);
      if (status === 403) expect(codeOf(answer)).toBe('ORIGIN_NOT_ALLOWED');
    });
  });

  describe.each([
    ['GET', '/', 200],
    ['GET', '/graphql', 200],
    ['GET', '/health', 200],
    ['GET', '/nowhere', 404],
    ['POST', '/graphql', 400],
    ['OPTIONS', '/graphql', 405],
    ['OPTIONS', '/', 405],
  ])('to %s %s', (method, path, status) => {
    it('says that no other page may frame, read or reinterpret the answer', async () => {
      const headers = {
        accept: 'text/html',
        origin: 'http://localhost:3000',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      };
      const answer = await send(await start({}), headers, method, path);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-security-policy']).toMatch(
        /^default-src 'none';(?:.*;)?script-src 'self';.*;frame-ancestors 'none'$/,
      );
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(Object.keys(answer.headers).filter((name) => /^access-control|^x-powered-by/.test(name))).toEqual([]);
    });
  });

  /** Requests that a page of another site can send without a preflight (CORS), from old browsers without `Origin`. */
  it.each([
    ['a link', 'GET', undefined, undefined],
    ['a form', 'POST', 'application/x-www-form-urlencoded', 'query=mutation+%7B+reloadModels+%7B+models+%7B+name+%7D+%7D+%7D'],
    ['a form of text', 'POST', 'text/plain', '{"query": "mutation { reloadModels { models { name } } }"}'],
    ['a form with files', 'POST', 'multipart/form-data; boundary=B', '--B\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--B--\r\n'],
  ])('refuses %s of another site', async (_what, method, type, body) => {
    const query = '/graphql?query=mutation%20%7B%20reloadModels%20%7B%20models%20%7B%20name%20%7D%20%7D%20%7D';
    const response = await fetch((await start({})) + (method === 'GET' ? query : '/graphql'), {
      method,
      body,
      headers: type === undefined ? {} : { 'content-type': type },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('Person');
  }); // prettier-ignore

  it('is not told a host that is none', () => {
    for (const hosts of ['http://nsync.example.com', 'nsync.example.com:4000', 'a b', '*example.com', 'ok.example,*.'])
      expect(() => readSettings({ NSYNC_ALLOWED_HOSTS: hosts })).toThrow(/NSYNC_ALLOWED_HOSTS lists host names/);
  });
});

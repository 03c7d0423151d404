/** nginx and Caddy in front of a server, with the configuration in the docs. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { DEPLOY, describeProxies, type Proxy, PROXIES, PUBLIC_NAME, startProxy } from '../support/proxies';
import { type Answer, authorization, post, send, upload } from '../support/proxyClient';
import { startWatched, type WatchedServer } from '../support/watchedServer';

/** NSYNC_UPLOAD_MEGABYTES=500 for `npm run test:long`. */
const MEGABYTES = Number(process.env.NSYNC_UPLOAD_MEGABYTES ?? 50);
const ROW_BYTES = 10_000;
const ROWS = (MEGABYTES * 1_000_000) / ROW_BYTES;
const PERSONS = 100;

const SYNC = `mutation ($file: Upload!) {
  syncCsv(input: {system: "HR", model: "Person", file: $file, defaults: {actionFlags: "cu", matchOn: ["employee_id"]}}) {
    run { status counts { rows created unchanged failed } }
  }
}`;

/** Rows that repeat a few persons, with a long text for an unknown field. */
function* rows(count: number): Generator<string> {
  yield 'employee_id,first_name,last_name,notes\n';
  const notes = randomBytes(ROW_BYTES / 2).toString('hex');
  for (let row = 0; row < count; row += 1) {
    const start = `EMP${row % PERSONS},First,Last,`;
    yield `${start}${notes.slice(start.length + 1)}\n`;
  }
}

const codeOf = ({ text }: Answer): unknown =>
  (JSON.parse(text) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;

describeProxies('before nsync', (kind) => {
  let server: WatchedServer;
  let proxy: Proxy;
  let token: { readonly authorization: string };
  beforeAll(async () => {
    server = await startWatched(300, {
      NSYNC_ALLOWED_HOSTS: PUBLIC_NAME,
      NSYNC_TRUST_PROXY: 'loopback',
      NSYNC_MAX_UPLOAD_BYTES: String(MEGABYTES * 1_000_000 + 1000),
    });
    proxy = await startProxy(kind, [new URL(server.url).host]);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  it('is not taken for a person at the server’s own machine', async () => {
    const stranger = await post(proxy, '{ limits { pageSize } }');
    expect([stranger.status, codeOf(stranger)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(stranger.headers['www-authenticate']).toMatch(/^Bearer /);
    token = await authorization(server.url);
    expect((await post(proxy, '{ limits { pageSize } }', token)).status).toBe(200);
  });

  it('passes a large upload on, and takes no memory of the server for it', async () => {
    const { status, text } = await upload(proxy, SYNC, rows(ROWS), token);
    const counts = { rows: ROWS, created: PERSONS, unchanged: ROWS - PERSONS, failed: 0 };
    expect([status, JSON.parse(text)]).toEqual([200, { data: { syncCsv: { run: { status: 'COMPLETED', counts } } } }]);
    expect((await server.measure()).peakMemory).toBeLessThan(400e6);
  }, 600_000);

  it('lets the server say that an upload is too large', async () => {
    const answer = await upload(proxy, SYNC, rows(ROWS + 1), token);
    expect([answer.status, codeOf(answer)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  }, 600_000);

  it('is secure for browsers, and keeps metrics for the inside', async () => {
    const page = await send(proxy, { path: '/', headers: { accept: 'text/html' } });
    expect([page.status, page.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
    expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(page.text).toMatch(/<script [^>]*src=/);
    expect((await send(proxy, { path: '/metrics' })).status).toBe(404);
    expect((await send(proxy, { path: '/ready' })).status).toBe(200);
  });

  it('answers to no other name, and not without TLS', async () => {
    const other = { host: 'other.example.com' };
    expect((await send(proxy, { path: '/health', headers: other })).text).not.toContain('ok');
    const plain = await send(proxy, { path: '/', plain: true });
    expect([plain.status, plain.headers.location]).toEqual([expect.any(Number), `https://${PUBLIC_NAME}/`]);
    expect([301, 302]).toContain(plain.status);
    expect((await send(proxy, { method: 'POST', plain: true, headers: { authorization: 'Bearer x' } })).status).toBe(
      403,
    );
  });
});

describeProxies('before a server that tells what it receives', (kind) => {
  let received: IncomingMessage | undefined;
  let bytes = 0;
  const server = createServer((request, response) => {
    received = request;
    request.on('data', (data: Buffer) => (bytes += data.length));
    request.on('end', () => response.end(String(bytes)));
  });
  let proxy: Proxy;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startProxy(kind, [`127.0.0.1:${(server.address() as AddressInfo).port}`]);
  });
  beforeEach(() => {
    received = undefined;
    bytes = 0;
  });
  afterAll(async () => {
    await proxy?.stop();
    server.close();
  });

  it('passes on who asks, under which name, and nothing that a client has made up', async () => {
    await post(proxy, '{ limits { pageSize } }', {
      authorization: 'Bearer nsync_secret',
      'x-forwarded-for': '203.0.113.66',
      'x-forwarded-proto': 'gopher',
    });
    expect(received?.headers).toMatchObject({
      host: PUBLIC_NAME,
      authorization: 'Bearer nsync_secret',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
    });
  });

  it('passes the id of a request on, or chooses one, and logs it without the token', async () => {
    const idOf = async (headers: Record<string, string>): Promise<unknown> => {
      const query = '{ limits { pageSize } }';
      const answer = await post(proxy, query, { authorization: 'Bearer nsync_secret', ...headers });
      expect(answer.headers['x-request-id']).toBe(received?.headers['x-request-id']);
      return answer.headers['x-request-id'];
    };
    expect(await idOf({ 'x-request-id': 'night-17' })).toBe('night-17');
    const chosen = await idOf({});
    expect(chosen).toMatch(/^[0-9a-f-]{32,36}$/);
    for (const id of ['night-17', chosen as string])
      await eventually(`${id} in the log`, () => proxy.accessLog().includes(id));
    expect(proxy.accessLog()).not.toContain('nsync_secret');
  });

  it('passes an upload on while it comes', async () => {
    const early = 2_000_000;
    async function* slowly(): AsyncGenerator<string> {
      yield* rows(early / ROW_BYTES);
      // A part of the body has been sent.
      await eventually('the first part', () => bytes >= early / 2);
      yield 'the end';
    }
    const { text } = await upload(proxy, SYNC, slowly());
    expect(Number(text)).toBeGreaterThan(early);
  });
});

it('a proxy closes an idle connection before Node does', () => {
  const seconds = { nginx: /keepalive_timeout (\d+)s;/, Caddy: /keepalive (\d+)s$/m };
  expect.assertions(PROXIES.length);
  for (const { name, file } of PROXIES) {
    const [, given] = seconds[name].exec(readFileSync(join(DEPLOY, file), 'utf8')) ?? [];
    expect(Number(given) * 1000).toBeLessThan(createServer().keepAliveTimeout);
  }
});

/** If a server limits its callers (HTTP 429), the command waits, and sends the same request again. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { bash, nsync } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

describe('a server that limits its callers', () => {
  let folder: string;
  let server: TestServer;
  /** A proxy in front of the server, which refuses a number of requests. */
  let gate: Server;
  let url: string;
  let refusals = 0;
  let retryAfter: string | undefined = '1';
  const REFUSED = JSON.stringify({ errors: [{ message: 'Too many runs.', extensions: { code: 'RATE_LIMITED' } }] });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    writeFileSync(join(folder, 'tags.csv'), 'label\nHero\n');
    server = await serve(DATABASES[0]!);
    gate = createServer((request, response) => {
      void buffer(request).then(async (body) => {
        if (refusals > 0 && body.includes('mutation')) {
          refusals -= 1;
          response.writeHead(429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(REFUSED);
          return;
        }
        const { 'content-type': type = '', 'apollo-require-preflight': preflight = '' } = request.headers;
        const headers = { 'content-type': type, 'apollo-require-preflight': String(preflight) };
        const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: new Uint8Array(body) });
        response.writeHead(answer.status).end(await answer.text());
      });
    });
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(gate.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    gate.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const options = ['--match-on', 'label', '--flags', 'cu', '--json'];
  const AGAIN = 'The server is busy or limits this caller (HTTP 429). Trying again in 1 s.\n';
  const labels = (): Promise<string[]> => server.server.database.reader('tag').pluck('label');

  it('gets the file again after the time that it asks for', async () => {
    refusals = 2;
    const { code, stderr } = await nsync(['--server', url, 'sync-file', 'HR', 'Tag', 'tags.csv', ...options], { cwd: folder }); // prettier-ignore
    expect([code, refusals, await labels()]).toEqual([0, 0, ['Hero']]);
    expect(stderr).toContain(AGAIN + AGAIN);
  });

  it('gets other operations again', async () => {
    refusals = 1;
    const { code, stderr } = await nsync(['--server', url, 'prune', '--older-than', '90']);
    expect([code, refusals]).toEqual([0, 0]);
    expect(stderr).toContain(AGAIN);
  });

  it.each([
    ['whose file came by a pipe', '1', 'printf "label\\nRich\\n" | nsync sync-file HR Tag -'],
    ['by a server that asks for too long', '3600', 'nsync sync-file HR Tag tags.csv'],
    ['by a server that does not say how long', undefined, 'nsync sync-file HR Tag tags.csv'],
  ])('a command fails %s', async (_which, wait, command) => {
    refusals = 1;
    retryAfter = wait;
    const { code, stderr } = await bash(`${command} --server ${url} ${options.join(' ')}`, { cwd: folder });
    expect([code, refusals, await labels()]).toEqual([2, 0, ['Hero']]);
    expect(stderr).toMatch(/nsync: Too many runs\.\n$/);
  });
});

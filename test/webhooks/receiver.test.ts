/** The receiver that the docs show accepts what a server sends, once, and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaveWebhookDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { newSecret } from '../../src/records';
import { signedHeaders } from '../../src/server/webhooks/signature';
import { DATABASES } from '../support/databases';
import { blocksOf } from '../support/docsPage';
import { eventually } from '../support/eventually';
import { serve, type TestServer } from '../support/server';

const ROOT = join(__dirname, '../..');

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe('the receiver of docs/webhooks.md', () => {
  const secret = newSecret();
  let folder: string;
  let receiver: ChildProcess;
  let server: TestServer;
  let url = '';
  let printed = '';

  const post = async (body: string, headers: Record<string, string>): Promise<number> =>
    (await fetch(url, { method: 'POST', body, headers })).status;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-receiver-'));
    const { text } = blocksOf(join(ROOT, 'docs/webhooks.md')).find(({ title }) => title === 'receiver.mjs')!;
    writeFileSync(join(folder, 'receiver.mjs'), text);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    const env = { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: secret };
    receiver = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    receiver.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
    await eventually('the receiver answers', () => post('', {}).catch(() => null));
    server = await serve(DATABASES[0]!, { environment: { NSYNC_WEBHOOK_PRIVATE: '1' } });
  });
  afterAll(async () => {
    receiver.kill();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('prints a run that ended', async () => {
    await server.send(SaveWebhookDocument, { input: { name: 'etl', url, secret } });
    const rows = ['Hero', 'Villain'].map((label) => ({ actionFlags: 'c', matchOn: ['label'], values: { label } }));
    await server.send(SyncRowsDocument, { input: { system: 'HR', model: 'Tag', rows } });
    await eventually('the run is printed', () => printed !== '');
    expect(printed).toBe('run.completed: run 1, 2 created\n');
  });

  it('accepts a message twice, and uses it once', async () => {
    const body = JSON.stringify({ type: 'run.cancelled', data: { runId: '7', counts: { created: 0 } } });
    const headers = signedHeaders({ id: 'msg_7', body }, secret, new Date());
    printed = '';
    expect([await post(body, headers), await post(body, headers)]).toEqual([204, 204]);
    await eventually('the run is printed', () => printed !== '');
    expect(printed).toBe('run.cancelled: run 7, 0 created\n');
  });

  it('refuses other messages: changed, old, or with another secret', async () => {
    const body = '{"type":"run.completed","data":{}}';
    const message = { id: 'msg_8', body };
    const old = new Date(Date.now() - 10 * 60_000);
    const statuses = [
      await post(`${body} `, signedHeaders(message, secret, new Date())),
      await post(body, signedHeaders(message, secret, old)),
      await post(body, signedHeaders(message, newSecret(), new Date())),
      await post(body, {}),
    ];
    expect(statuses).toEqual([401, 401, 401, 401]);
  });
});

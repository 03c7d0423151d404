/** Webhooks, from a terminal: saved, listed, deleted, and told of what another command syncs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, nsync, timeless, withoutTarget } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import { serve, type TestServer } from '../support/server';

const GIVEN = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('webhooks', () => {
  let folder: string;
  let server: TestServer;
  let receiver: Receiver;

  const onServer = async (...args: readonly string[]): Promise<Ended> => {
    const { code, stdout, stderr } = await nsync(['--server', server.url, 'webhook', ...args], { cwd: folder });
    return { code, stdout, stderr: withoutTarget(stderr) };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    writeFileSync(join(folder, 'tags.csv'), 'label\nHero\n');
    writeFileSync(join(folder, 'given.secret'), `${GIVEN}\r\n`);
    writeFileSync(join(folder, 'bad.secret'), 'hunter2\n');
    receiver = await startReceiver();
    server = await serve(DATABASES[0]!, { environment: { NSYNC_WEBHOOK_PRIVATE: '1' } });
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
    rmSync(folder, { recursive: true });
  });

  it('print a generated secret alone, and once', async () => {
    const created = await onServer('save', 'etl', receiver.url, '--system', 'HR', '--status', 'Completed');
    expect(created).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^whsec_\S{44}\n$/) as string,
      stderr: `Webhook etl sends to ${receiver.url}. The secret is shown only now: store it where the receiver finds it.\n`,
    });
    const again = await onServer('save', 'etl', receiver.url, '--secret-file', 'given.secret', '--system', 'HR', '--status', 'completed'); // prettier-ignore
    expect(again).toEqual({ code: 0, stdout: '', stderr: `Webhook etl sends to ${receiver.url}.\n` });
    const quiet = await onServer('save', 'other', receiver.url, '--quiet', '--json', '--system', 'CRM');
    expect(JSON.parse(quiet.stdout)).toMatchObject({ name: 'other', systems: ['CRM'], statuses: null, secret: expect.stringMatching(/^whsec_/) as string }); // prettier-ignore
  });

  it('are listed, without secrets', async () => {
    expect((await onServer('list', '--quiet')).stdout).toBe('etl\nother\n');
    const { stdout } = await onServer('list', '--json');
    const [etl] = stdout.split('\n').map((line) => (line === '' ? null : (JSON.parse(line) as object)));
    expect(etl).toEqual({ name: 'etl', url: receiver.url, systems: ['HR'], statuses: ['COMPLETED'], createdAt: expect.any(String) as string, disabledAt: null }); // prettier-ignore
    const table = timeless((await onServer('list')).stdout);
    expect(table.split('\n')[0]).toMatch(/^Name +State +URL +Systems/);
    expect(table).toMatch(/^etl +enabled +http:\S+ +HR/m);
    expect(table).not.toMatch(/whsec/);
  });

  it('are told of what a command syncs in the database itself', async () => {
    const sync = await nsync(['sync-file', 'HR', 'Tag', 'tags.csv', '--match-on', 'label', '--flags', 'cu', '--quiet', '--database', server.databaseUrl, '--models', 'demo'], { cwd: folder }); // prettier-ignore
    expect(sync.code).toBe(0);
    expect(await receiver.messages(1)).toHaveLength(1);
    const line = await eventually('the delivery is done', async () => {
      const { stdout } = await onServer('deliveries', 'etl', '--json');
      return stdout.includes('"DELIVERED"') ? stdout : null;
    });
    expect(JSON.parse(line)).toMatchObject({ id: receiver.received[0]?.headers['webhook-id'], runId: '1', status: 'DELIVERED', attempts: 1, lastStatusCode: 204 }); // prettier-ignore
    expect((await onServer('deliveries', 'etl', '--quiet')).stdout).toBe(`${String(receiver.received[0]?.headers['webhook-id'])}\n`); // prettier-ignore
    expect((await onServer('deliveries', 'other', '--quiet')).stdout).toBe('');
  });

  it.each<[string[], RegExp]>([
    [['save', 'etl', 'nowhere'], /must be like https/],
    [['save', 'etl', 'https://example.com/', '--secret-file', 'missing'], /the file of the secret cannot be read/i],
    [['save', 'etl', 'https://example.com/', '--secret-file', 'bad.secret'], /must be whsec_ and the base64/],
    [['save', 'etl', 'https://example.com/', '--status', 'running'], /Use one of completed, /],
    [['deliveries', 'nobody'], /There is no webhook "nobody"\./],
    [['delete', 'nobody'], /There is no webhook "nobody"\./],
  ])('cannot do %j', async (args, message) => {
    const { code, stdout, stderr } = await onServer(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(readFileSync(join(folder, 'bad.secret'), 'utf8').trim());
  });

  it('are deleted', async () => {
    expect((await onServer('delete', 'other')).stdout).toBe('Webhook other is deleted.\n');
    expect((await onServer('delete', 'etl', '--json')).stdout).toBe('{"name":"etl"}\n');
    expect(await onServer('list', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
    const audit = await nsync(['--server', server.url, 'audit', '--action', 'delete_webhook', '--json']);
    expect(audit.stdout.trim().split('\n')).toHaveLength(2);
  });
});

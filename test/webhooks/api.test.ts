/** Webhooks over GraphQL: saved, listed, deleted, and told of runs. */
import { Writable } from 'node:stream';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import {
  AuditEventsDocument,
  DeleteWebhookDocument,
  SaveWebhookDocument,
  SyncRowsDocument,
  type SaveWebhookInput,
  WebhookDeliveriesDocument,
  WebhooksDocument,
} from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import { serve, type TestServer } from '../support/server';

const GIVEN = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe.each(DATABASES)('on $name', (kind) => {
  let server: TestServer;
  let receiver: Receiver;
  let log = '';

  const save = async (input: Partial<SaveWebhookInput> & { name: string }) =>
    (await server.send(SaveWebhookDocument, { input: { url: receiver.url, ...input } })).saveWebhook;
  const list = async () => (await server.send(WebhooksDocument, {})).webhooks;
  const deliveries = async (name: string, first = 50, after: string | null = null) =>
    (await server.send(WebhookDeliveriesDocument, { name, first, after })).webhook?.deliveries;
  const sync = async (label: string | null, dryRun = false): Promise<string> =>
    (
      await server.send(SyncRowsDocument, {
        input: { system: 'HR', model: 'Tag', rows: [{ actionFlags: 'c', matchOn: ['label'], values: { label } }], options: { dryRun } }, // prettier-ignore
      })
    ).syncRows.run.id;

  beforeAll(async () => {
    receiver = await startReceiver();
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        log += chunk.toString();
        done();
      },
    });
    server = await serve(kind, {
      environment: { NSYNC_WEBHOOK_PRIVATE: '1' },
      log: pino({ level: 'debug' }, stream),
    });
  });
  afterAll(async () => {
    await server.stop();
    await receiver.stop();
  });
  afterEach(async () => {
    for (const { name } of await list()) await server.send(DeleteWebhookDocument, { input: { name } });
  });

  it('are told of runs by messages that the library of the specification accepts', async () => {
    const { secret } = await save({ name: 'etl', systems: [' HR '] });
    const done = await sync('Hero');
    const failed = await sync(null);
    const dry = await sync('Villain', true);
    const messages = await receiver.messages(3);
    const bodies = messages.map(({ body, headers }) =>
      new Webhook(secret!).verify(body, headers as Record<string, string>),
    ) as { type: string; data: { runId: string; dryRun: boolean } }[];
    const told = bodies.map(({ type, data }) => [data.runId, type, data.dryRun]);
    expect(told.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [done, 'run.completed', false],
      [failed, 'run.rolled_back', false],
      [dry, 'run.completed', true],
    ]);
    const page = await eventually('all are delivered', async () => {
      const found = await deliveries('etl', 2);
      return found?.nodes.every(({ status }) => status === 'DELIVERED') ? found : null;
    });
    expect([page.totalCount, page.pageInfo.hasNextPage]).toEqual([3, true]);
    expect((await deliveries('etl', 2, page.pageInfo.endCursor))?.nodes).toHaveLength(1);
    const ids = messages.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual(expect.arrayContaining(page.nodes.map(({ id }) => id)));
  });

  it('show their secret once, if it was generated', async () => {
    const created = await save({ name: 'etl' });
    expect(created).toEqual({
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/) as string,
      webhook: { name: 'etl', url: receiver.url, systems: null, statuses: null, createdAt: expect.any(String) as string, disabledAt: null },
    }); // prettier-ignore
    const changed = await save({ name: 'etl', statuses: ['ROLLED_BACK', 'ROLLED_BACK'], systems: ['HR', 'CRM'] });
    expect(changed).toMatchObject({ secret: null, webhook: { statuses: ['ROLLED_BACK'], systems: ['HR', 'CRM'], createdAt: created.webhook.createdAt } }); // prettier-ignore
    const given = await save({ name: 'etl', secret: GIVEN });
    expect(given).toMatchObject({ secret: null, webhook: { statuses: null, systems: null } });
    expect(await list()).toEqual([given.webhook]);
    const [stored] = (await server.server.database.knex('nsync_webhooks').select('secret')) as { secret: string }[];
    expect(stored?.secret).toBe(GIVEN);
    const { code, message } = await server.fail(SaveWebhookDocument, { input: { name: 'etl', url: receiver.url, secret: `${GIVEN}?` } }); // prettier-ignore
    expect([code, message]).toEqual(['BAD_USER_INPUT', 'The secret of a webhook must be whsec_ and the base64 of 24 to 64 random bytes. Leave it out to have one generated.']); // prettier-ignore
    const audit = await server.send(AuditEventsDocument, { first: 100 });
    for (const secret of [created.secret!, GIVEN])
      expect(log + JSON.stringify([await list(), audit])).not.toContain(secret.slice(6));
  });

  it('are in the audit', async () => {
    await save({ name: 'audited', url: 'https://example.com/secret-path?key=1', systems: ['HR'] });
    await server.send(DeleteWebhookDocument, { input: { name: ' audited ' } });
    const { auditEvents } = await server.send(AuditEventsDocument, { first: 2 });
    expect(auditEvents.nodes.map(({ action, subject, details }) => [action, subject, details])).toEqual([
      ['DELETE_WEBHOOK', 'audited', {}],
      ['SAVE_WEBHOOK', 'audited', { origin: 'https://example.com', systems: ['HR'], statuses: null, newSecret: true }],
    ]);
  });

  it.each<[Partial<SaveWebhookInput>, RegExp]>([
    [{ name: 'x y' }, /name of a webhook must have/],
    [{ url: 'nowhere' }, /must be like https/],
    [{ systems: [] }, /at least one system/],
    [{ systems: [' '] }, /must not be blank/],
    [{ statuses: [] }, /at least one status/],
    [{ statuses: ['RUNNING'] }, /does not end with the status RUNNING\. Use COMPLETED, COMPLETED_WITH_FAILURES,/],
  ])('are refused: %j', async (change, message) => {
    const input = { name: 'etl', url: receiver.url, ...change };
    const failure = await server.fail(SaveWebhookDocument, { input });
    expect([failure.code, failure.message]).toEqual(['BAD_USER_INPUT', expect.stringMatching(message)]);
    expect(await list()).toEqual([]);
  });

  it('are not there once they are deleted', async () => {
    await save({ name: 'etl' });
    const failure = await server.fail(DeleteWebhookDocument, { input: { name: 'ETL' } });
    expect(failure).toEqual({ code: 'WEBHOOK_NOT_FOUND', message: 'There is no webhook "ETL". Did you mean "etl"?' });
    expect(await deliveries('nobody')).toBeUndefined();
    expect(await deliveries("' OR 1=1 \u0000")).toBeUndefined();
  });
});

it('a server without the setting sends nothing to private addresses', async () => {
  const receiver = await startReceiver();
  const server = await serve(DATABASES[0]!);
  try {
    const input = { name: 'etl', url: receiver.url };
    expect(await server.fail(SaveWebhookDocument, { input })).toEqual({
      code: 'BAD_USER_INPUT',
      message: 'The URL of a webhook must begin with https://. With NSYNC_WEBHOOK_PRIVATE=1 it may use http.',
    });
    await server.send(SaveWebhookDocument, { input: { ...input, url: `https://localhost:${receiver.port}/` } });
    const rows = [{ actionFlags: 'c', matchOn: ['label'], values: { label: 'Hero' } }];
    await server.send(SyncRowsDocument, { input: { system: 'HR', model: 'Tag', rows } });
    const delivery = await eventually('an attempt', async () => {
      const { webhook } = await server.send(WebhookDeliveriesDocument, { name: 'etl', first: 1 });
      return webhook?.deliveries.nodes.find(({ lastError }) => lastError !== null);
    });
    expect(delivery).toMatchObject({ status: 'PENDING', lastStatusCode: null, lastError: expect.stringMatching(/^The address \S+ of localhost is private\./) as string }); // prettier-ignore
    expect(receiver.received).toEqual([]);
  } finally {
    await server.stop();
    await receiver.stop();
  }
});

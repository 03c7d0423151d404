/** Runs that ended are told to webhooks: each once, by whichever server, until the receiver accepts. */
import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { openDatabase, type Database } from '../../src/database';
import {
  announceEndedRuns,
  deliveriesPage,
  type DeliveryRecord,
  findWebhook,
  interruptDeadRuns,
  pruneDeliveries,
  type RunStatus,
  saveWebhook,
} from '../../src/records';
import { Courier, waitAfter } from '../../src/server/webhooks/courier';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { type Answering, type Receiver, startReceiver } from '../support/receiver';

const LOG = pino({ level: 'silent' });
const WAITS = [0.1, 0.1, 0.1];

it('attempts are made for about a day, further and further apart', () => {
  const waits = Array.from({ length: 9 }, (_, index) => waitAfter(index + 1, undefined, 0.5));
  expect(waits).toEqual([5, 300, 1800, 7200, 14_400, 25_200, 36_000, null, null]);
  expect([waitAfter(2, undefined, 0), waitAfter(2, undefined, 1)]).toEqual([270, 330]);
});

describe.each(DATABASES)('on $name', (kind) => {
  let test: TestDatabase;
  let database: Database;
  let receiver: Receiver;
  let answer: Answering;
  const ends: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    test = await migratedDatabase(kind);
    ({ database } = test);
    answer = () => 204;
    receiver = await startReceiver((...given) => answer(...given));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await receiver.stop();
    await test.drop();
  });

  const begin = (waits: readonly number[] = WAITS, on = database): Courier => {
    const courier = new Courier(on, { webhookPrivate: true, waits }, LOG);
    ends.unshift(() => courier.stop());
    return courier;
  };
  const save = (change: { systems?: string[]; statuses?: RunStatus[]; url?: string; name?: string } = {}) =>
    saveWebhook(
      database,
      { name: 'etl', url: receiver.url, systems: null, statuses: null, secret: null, ...change },
      true,
      new Date(),
    );
  /** A run that ended, by whatever wrote it; returns its id. */
  async function ended(
    { status = 'COMPLETED', systems = ['HR'], at = new Date() }: { status?: RunStatus; systems?: string[]; at?: Date } = {}, // prettier-ignore
  ): Promise<string> {
    const time = at.toISOString().replace('T', ' ').replace('Z', '');
    const finished_at = ['RUNNING', 'QUEUED'].includes(status) ? null : time;
    await database.knex('nsync_runs').insert({ status, dry_run: false, started_at: time, finished_at, problems: '[]', problem_groups: '[]' }); // prettier-ignore
    const [{ id = '' } = {}] = (await database.knex('nsync_runs').max({ id: 'id' })) as { id?: unknown }[];
    for (const [position, system_name] of systems.entries())
      await database.knex('nsync_run_sources').insert({ run_id: id, position, system_name, model: 'Person', rows_count: 3, created_count: 2, failed_count: 1 }); // prettier-ignore
    return String(id);
  }
  async function deliveries(name = 'etl'): Promise<readonly DeliveryRecord[]> {
    const webhook = await findWebhook(database.reader, name);
    return (await deliveriesPage(database.reader, webhook?.id ?? '0', { first: 1000, after: null })).items;
  }
  const settled = (count: number): Promise<readonly DeliveryRecord[]> =>
    eventually(`${count} deliveries are done`, async () => {
      const all = await deliveries();
      return all.length >= count && all.every(({ status }) => status !== 'PENDING') ? all : null;
    });
  const runsOf = (): unknown[] =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { data: { runId: string } }).data.runId);

  it('tells what ended, with the results of all sources', async () => {
    await save();
    const id = await ended({ status: 'COMPLETED_WITH_FAILURES', systems: ['HR', 'CRM', 'HR'] });
    begin();
    const [message] = await receiver.messages(1);
    const body = JSON.parse(message!.body) as { timestamp: string; data: Record<string, unknown> };
    const finishedAt = body.timestamp;
    expect(new Date(finishedAt).toISOString()).toBe(finishedAt);
    const counts = { rows: 9, created: 6, updated: 0, unchanged: 0, deleted: 0, unlinked: 0, skipped: 0, failed: 3, warnings: 0 }; // prettier-ignore
    expect(body).toEqual({
      type: 'run.completed_with_failures',
      timestamp: finishedAt,
      data: { runId: id, status: 'COMPLETED_WITH_FAILURES', dryRun: false, systems: ['HR', 'CRM'], models: ['Person'], counts, startedAt: finishedAt, finishedAt },
    }); // prettier-ignore
    expect(message!.headers['content-type']).toBe('application/json');
    const [delivery] = await settled(1);
    expect(delivery).toMatchObject({ id: message!.headers['webhook-id'], runId: id, status: 'DELIVERED', attempts: 1, lastStatusCode: 204, lastError: null, nextAttemptAt: null, deliveredAt: expect.any(Date) as Date }); // prettier-ignore
  });

  it('tells of systems with any characters', async () => {
    await save({ systems: ['Ämter 😀'] });
    const id = await ended({ systems: ['Ämter 😀'] });
    begin();
    const [message] = await receiver.messages(1);
    expect(message!.body).toMatch(/^[ -~]+$/);
    expect(JSON.parse(message!.body)).toMatchObject({ data: { runId: id, systems: ['Ämter 😀'] } });
    expect((await findWebhook(database.reader, 'etl'))?.systems).toEqual(['Ämter 😀']);
    await settled(1);
  });

  it('tells of the systems and statuses that the webhook names, and of no run that has not ended', async () => {
    await save({ systems: ['HR'], statuses: ['ROLLED_BACK', 'INTERRUPTED'] });
    await ended({ status: 'COMPLETED' });
    await ended({ status: 'ROLLED_BACK', systems: ['CRM'] });
    const told = await ended({ status: 'ROLLED_BACK', systems: ['CRM', 'HR'] });
    const running = await ended({ status: 'RUNNING' });
    begin();
    await settled(1);
    expect(runsOf()).toEqual([told]);
    // Its process is gone, which another process finds out.
    await database.knex('nsync_runs').where({ id: running }).update({ started_at: '2026-01-01 00:00:00' });
    await database.knex('nsync_webhooks').update({ created_at: '2025-01-01 00:00:00' });
    await interruptDeadRuns(database);
    await settled(2);
    expect(runsOf()).toEqual([told, running]);
  });

  it('does not tell of runs that ended before the webhook was there', async () => {
    await ended();
    expect(await announceEndedRuns(database)).toBe(1);
    await ended({ at: new Date(Date.now() - 3600_000) });
    await save();
    expect(await announceEndedRuns(database)).toBe(1);
    expect(await announceEndedRuns(database)).toBe(0);
    expect(await deliveries()).toEqual([]);
  });

  it('tries again until the receiver accepts: with the same id, and a new signature', async () => {
    await save();
    answer = (_message, { length }) => [500, 301, 200][length - 1] ?? 200;
    await ended();
    begin();
    const [delivery] = await settled(1);
    expect(delivery).toMatchObject({ status: 'DELIVERED', attempts: 3, lastStatusCode: 200, lastError: null });
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery!.id]));
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook']);
  });

  it('gives up after the last attempt', async () => {
    await save();
    answer = () => 503;
    await ended();
    begin();
    const [delivery] = await settled(1);
    expect(delivery).toMatchObject({ status: 'FAILED', attempts: 4, lastStatusCode: 503, lastError: 'The receiver answered 503.', nextAttemptAt: null }); // prettier-ignore
    expect(receiver.received).toHaveLength(4);
  });

  it('a receiver that cannot be reached is tried again, and the reason is recorded', async () => {
    await save({ url: 'http://127.0.0.1:1/' });
    await ended();
    begin([3600]);
    const delivery = await eventually('the first attempt', async () => (await deliveries()).find(({ lastError }) => lastError !== null)); // prettier-ignore
    expect(delivery).toMatchObject({ status: 'PENDING', attempts: 1, lastStatusCode: null, lastError: expect.stringContaining('ECONNREFUSED') as string }); // prettier-ignore
    const wait = (delivery.nextAttemptAt?.getTime() ?? 0) - Date.now();
    expect(wait).toBeGreaterThan(3000_000);
    expect(wait).toBeLessThan(4000_000);
  });

  it('410 disables the webhook, until it is saved again', async () => {
    await save();
    answer = () => 410;
    for (let run = 0; run < 2; run += 1) await ended();
    begin([3600]);
    await eventually('disabled', async () => (await findWebhook(database.reader, 'etl'))?.disabledAt);
    const all = await settled(2);
    expect(all.map(({ status }) => status)).toEqual(['FAILED', 'FAILED']);
    const count = receiver.received.length;
    await ended();
    await eventually('the run is looked at', async () => (await database.reader('nsync_runs').where({ webhooks_due: true })).length === 0); // prettier-ignore
    expect(await deliveries()).toHaveLength(2);
    expect(receiver.received).toHaveLength(count);
    answer = () => 200;
    await save();
    const later = await ended();
    await settled(3);
    expect(runsOf().at(-1)).toBe(later);
  });

  it('several servers make each attempt once, and lose none', async () => {
    await save();
    const tries = new Map<unknown, number>();
    answer = ({ headers }) => {
      const id = headers['webhook-id'];
      tries.set(id, (tries.get(id) ?? 0) + 1);
      return tries.get(id) === 1 ? 500 : 200;
    };
    for (let run = 0; run < 40; run += 1) await ended();
    for (let server = 0; server < 3; server += 1) {
      const other = openDatabase(test.url);
      ends.push(() => other.close());
      begin(WAITS, other);
    }
    const all = await settled(40);
    expect(all).toHaveLength(40);
    expect(all.every(({ status, attempts }) => status === 'DELIVERED' && attempts === 2)).toBe(true);
    expect([...tries.values()]).toEqual(all.map(() => 2));
  });

  it('a server that stops gives back what it was sending, and the next one sends it', async () => {
    await save();
    answer = () => null;
    await ended();
    const courier = begin();
    await receiver.messages(1);
    await courier.stop();
    expect(await deliveries()).toMatchObject([{ status: 'PENDING', attempts: 0, lastError: null }]);
    answer = () => 200;
    begin();
    expect(await settled(1)).toMatchObject([{ status: 'DELIVERED', attempts: 1 }]);
  });

  it('what a dead server was sending is sent again when its lease ends', async () => {
    await save();
    await ended();
    await announceEndedRuns(database);
    // As it was claimed, and never heard of again.
    await database.knex('nsync_webhook_deliveries').update({ attempts: 1, next_attempt_at: database.knex.raw(database.dialect.clock) }); // prettier-ignore
    begin();
    expect(await settled(1)).toMatchObject([{ status: 'DELIVERED', attempts: 2 }]);
  });

  it('old deliveries are removed, and their runs are not told again', async () => {
    await save();
    await ended();
    begin();
    await settled(1);
    await database.knex('nsync_webhook_deliveries').update({ created_at: '2026-01-01 00:00:00' });
    await ended();
    await settled(2);
    expect(await pruneDeliveries(database, new Date('2026-02-01'))).toBe(1);
    await setTimeout(1200);
    expect(await deliveries()).toHaveLength(1);
    expect(receiver.received).toHaveLength(2);
  });
});

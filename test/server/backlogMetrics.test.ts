/** /metrics: queued runs, and deliveries to webhooks. */
import { SyncRowsDocument } from '../../schema/operations/generated';
import { saveWebhook } from '../../src/records';
import { openDatabase } from '../../src/database';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { scrape } from '../support/metrics';
import { startReceiver } from '../support/receiver';
import { serve, type TestServer } from '../support/server';

const INPUT = {
  system: 'HR',
  model: 'Person',
  rows: [{ externalKey: '1', values: { employee_id: 'E1', first_name: 'Ann', last_name: 'Lee' } }],
  defaults: { actionFlags: 'cu*', matchOn: ['employee_id'] },
};

const BACKLOG = {
  nsync_queued_runs: 0,
  nsync_webhook_deliveries_pending: 0,
  nsync_webhook_deliveries_failed: 0,
};
const WAITS = ['nsync_queued_run_longest_wait_seconds', 'nsync_webhook_delivery_longest_wait_seconds'] as const;

describe.each(DATABASES)('the backlog on $name', (kind) => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  async function start(environment: Readonly<Record<string, string>>): Promise<TestServer> {
    const server = await serve(kind, { environment: { NSYNC_WEBHOOK_PRIVATE: '1', ...environment } });
    ends.push(() => server.stop());
    return server;
  }

  /** Scrapes until the metrics have these values. Returns how long the oldest have waited. */
  async function expectBacklog({ server }: TestServer, expected: Partial<typeof BACKLOG>): Promise<number[]> {
    const wanted = Object.entries({ ...BACKLOG, ...expected });
    return eventually('the backlog', async () => {
      const samples = await scrape(server.metricsUrl);
      if (!wanted.every(([name, value]) => samples.get(name) === value)) return null;
      return WAITS.map((name) => Number(samples.get(name)));
    });
  }

  /** Ends a run whose delivery the receiver answers with this status. Resolves when it has. */
  async function deliver(server: TestServer, status: number): Promise<void> {
    const receiver = await startReceiver(() => status);
    ends.unshift(() => receiver.stop());
    const database = openDatabase(server.databaseUrl);
    ends.unshift(() => database.close());
    const webhook = { name: 'etl', url: receiver.url, systems: null, statuses: null, secret: null };
    await saveWebhook(database, webhook, true, new Date());
    await server.send(SyncRowsDocument, { input: INPUT });
    // Metrics that were read before would stay for some seconds.
    await eventually('the answer', () =>
      database.knex('nsync_webhook_deliveries').where({ last_status_code: status }).first('id'),
    );
  }

  it('is empty on a server without queued runs and webhooks', async () => {
    const server = await start({});
    expect(await expectBacklog(server, {})).toEqual([0, 0]);
  });

  it('tells of a run that no process carries out', async () => {
    const server = await start({ NSYNC_ASYNC_RUNS: '0' });
    const queuedAt = performance.now();
    await server.send(SyncRowsDocument, { input: { ...INPUT, options: { async: true } } });
    const [waits = 0] = await expectBacklog(server, { nsync_queued_runs: 1 });
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThan((performance.now() - queuedAt) / 1000 + 1);
  });

  it('tells of a delivery that the receiver does not accept', async () => {
    const server = await start({});
    await deliver(server, 503);
    const [, waits = 0] = await expectBacklog(server, { nsync_webhook_deliveries_pending: 1 });
    expect(waits).toBeGreaterThan(0);
  });

  it('tells of a delivery that is not sent any more', async () => {
    const server = await start({});
    await deliver(server, 410);
    expect(await expectBacklog(server, { nsync_webhook_deliveries_failed: 1 })).toEqual([0, 0]);
  });
});

/** /metrics: the metrics for Prometheus. */
import { request } from 'node:http';
import { Registry } from 'prom-client';
import { SyncRowsDocument } from '../../schema/operations/generated';
import { createToken, noCounts, type RunStatus } from '../../src/records';
import { MOST_SOURCES } from '../../src/server/watching/labels';
import { requestMetrics } from '../../src/server/watching/requestMetrics';
import type { EndedRequest } from '../../src/server/watching/requests';
import { runMetrics } from '../../src/server/watching/runMetrics';
import { DATABASES } from '../support/databases';
import { readSamples, samplesOf, scrape } from '../support/metrics';
import { serve, type TestServer } from '../support/server';

const person = (id: string, values: object = {}) => ({
  actionFlags: 'cu',
  matchOn: ['employee_id'],
  externalKey: id,
  values: { employee_id: id, first_name: 'A', last_name: 'B', ...values },
});

describe.each(DATABASES)('/metrics on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind);
    const rows = [person('1'), person('2'), person('3', { age: 'old' })];
    const sync = (options: object) =>
      server.send(SyncRowsDocument, { input: { system: 'HR', model: 'Person', rows, options } });
    await sync({ dryRun: true });
    await sync({});
    await sync({ onError: 'CONTINUE' });
    await server.fail(SyncRowsDocument, { input: { system: 'HR', model: 'Nobody', rows: [] } });
  });
  afterAll(() => server.stop());

  it('counts runs, rows and warnings by what became of them', async () => {
    const samples = await scrape(server.server.metricsUrl);
    const source = 'system="HR",model="Person"';
    expect(samplesOf(samples, 'nsync_runs_total')).toEqual({
      [`${source},status="ROLLED_BACK",dry_run="true"`]: 1,
      [`${source},status="ROLLED_BACK",dry_run="false"`]: 1,
      [`${source},status="COMPLETED_WITH_FAILURES",dry_run="false"`]: 1,
    });
    expect(samplesOf(samples, 'nsync_rows_total')).toMatchObject({
      [`${source},status="created",stored="true"`]: 2,
      [`${source},status="failed",stored="true"`]: 1,
      [`${source},status="created",stored="false"`]: 4,
      [`${source},status="failed",stored="false"`]: 2,
    });
    expect(samplesOf(samples, 'nsync_rows_processed_total')[source]).toBeGreaterThanOrEqual(9);
    expect(samplesOf(samples, 'nsync_run_duration_seconds_count')).toEqual({ [source]: 3 });
    expect(samplesOf(samples, 'nsync_run_wait_seconds_count')).toEqual({ '': 3 });
    const ended = samplesOf(samples, 'nsync_run_last_end_timestamp_seconds');
    expect(Object.keys(ended).sort()).toEqual([`${source},status="COMPLETED_WITH_FAILURES"`, `${source},status="ROLLED_BACK"`]); // prettier-ignore
    const steps = samplesOf(samples, 'nsync_run_step_seconds_total');
    for (const step of ['wait', 'load', 'plan', 'write', 'commit']) expect([step, Number(steps[`step="${step}"`]) > 0]).toEqual([step, true]); // prettier-ignore
  });

  it('counts requests by their field and their code', async () => {
    const samples = await scrape(server.server.metricsUrl);
    expect(samplesOf(samples, 'nsync_graphql_requests_total')).toEqual({
      'field="syncRows",code="OK"': 3,
      'field="syncRows",code="UNKNOWN_MODEL"': 1,
    });
    expect(samplesOf(samples, 'nsync_graphql_request_duration_seconds_count')).toEqual({ 'field="syncRows"': 4 });
    expect(samplesOf(samples, 'nsync_http_requests_total')).toMatchObject({
      'method="POST",path="/graphql",status="200"': 4,
    });
    expect(samples.get('nsync_unexpected_errors_total')).toBe(0);
  });

  it('tells of connections, the event loop, and whether the server is ready', async () => {
    const samples = await scrape(server.server.metricsUrl);
    expect(samples.get('nsync_ready')).toBe(1);
    expect(samples.get('nsync_database_connections_pending{pool="knex"}')).toBe(0);
    const pools = samplesOf(samples, 'nsync_database_connections_max');
    expect(Object.keys(pools)).toContain('pool="monitor"');
    for (const labels of Object.keys(pools)) {
      const most = Number(pools[labels]);
      const open = ['used', 'free'].map((state) => Number(samples.get(`nsync_database_connections{${labels},state="${state}"}`))); // prettier-ignore
      expect(open.every((count) => count >= 0 && count <= most)).toBe(true);
    }
    expect(samples.get('nsync_database_retries_total{reason="lost"}')).toBeGreaterThanOrEqual(0);
    expect(samples.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(Object.keys(samplesOf(samples, 'nsync_build_info'))[0]).toContain(`database="${server.server.database.dialect.name}"`); // prettier-ignore
  });

  it('tells the sizes of own tables, once the database has been asked', async () => {
    let rows: Record<string, number> = {};
    while (Object.keys(rows).length === 0) {
      const samples = await scrape(server.server.metricsUrl);
      rows = samplesOf(samples, 'nsync_table_rows');
    }
    expect(Object.keys(rows)).toEqual(expect.arrayContaining(['table="nsync_runs"', 'table="nsync_row_outcomes"']));
  });

  it('tells that the server is not ready', async () => {
    await server.server.database.knex.schema.renameTable('nsync_runs', 'nsync_runs_gone');
    const samples = await scrape(server.server.metricsUrl);
    await server.server.database.knex.schema.renameTable('nsync_runs_gone', 'nsync_runs');
    expect(samples.get('nsync_ready')).toBe(0);
  });
});

describe('runs as metrics', () => {
  const read = async (registry: Registry) => readSamples(await registry.metrics());
  const end = (status: RunStatus) => ({ status, counts: [noCounts()], isStored: true, error: null });

  it('systems and models that clients invent are told apart up to a number', async () => {
    const registry = new Registry();
    const observe = runMetrics(registry);
    for (let index = 0; index < 2 * MOST_SOURCES; index += 1) {
      const watcher = observe({ dryRun: false, sources: [{ system: `S${index}`, model: 'M' }] });
      watcher.rowsDone(0, 1);
      watcher.end(end('COMPLETED'));
    }
    const samples = await read(registry);
    const runs = samplesOf(samples, 'nsync_runs_total');
    expect(Object.keys(runs).length).toBe(MOST_SOURCES + 1);
    expect(runs['system="other",model="other",status="COMPLETED",dry_run="false"']).toBe(MOST_SOURCES);
    expect(Object.keys(samplesOf(samples, 'nsync_rows_processed_total')).length).toBe(MOST_SOURCES + 1);
  });

  it('a run of several models is one run, and its rows are those of each', async () => {
    const registry = new Registry();
    const sources = ['Person', 'House'].map((model) => ({ system: 'HR', model }));
    const watcher = runMetrics(registry)({ dryRun: false, sources });
    watcher.end({ ...end('COMPLETED'), counts: [{ ...noCounts(), created: 2 }, { ...noCounts(), created: 3 }] }); // prettier-ignore
    const samples = await read(registry);
    expect(samplesOf(samples, 'nsync_runs_total')).toEqual({
      'system="HR",model="several",status="COMPLETED",dry_run="false"': 1,
    });
    const rows = samplesOf(samples, 'nsync_rows_total');
    const created = (model: string) => rows[`system="HR",model="${model}",status="created",stored="true"`];
    expect([created('Person'), created('House')]).toEqual([2, 3]);
  });

  it('a run that waits is told apart from one that works', async () => {
    const registry = new Registry();
    const watcher = runMetrics(registry)({ dryRun: false, sources: [{ system: 'S', model: 'M' }] });
    const state = async () => {
      const samples = await read(registry);
      const runs = samplesOf(samples, 'nsync_runs_in_progress');
      return [
        runs['state="waiting"'],
        runs['state="working"'],
        Number(samples.get('nsync_run_longest_wait_seconds')) > 0,
      ];
    };
    const begin = watcher.step('wait', null);
    expect(await state()).toEqual([1, 0, true]);
    begin();
    begin();
    expect(await state()).toEqual([0, 1, false]);
    watcher.end(end('CANCELLED'));
    expect(await state()).toEqual([0, 0, false]);
  });
});

describe('requests as metrics', () => {
  const ended: EndedRequest = { id: 'x', method: 'POST', path: '/graphql', status: 200, seconds: 1, isAborted: false, isGraphql: true, viewer: null, field: 'runs', code: null, refusal: null }; // prettier-ignore

  it('refusals are counted by their reason', async () => {
    const registry = new Registry();
    const count = requestMetrics(registry);
    count({ ...ended, status: 401, field: null, code: 'UNAUTHENTICATED', refusal: 'expired' });
    count({ ...ended, status: 401, field: null, code: 'UNAUTHENTICATED' });
    count({ ...ended, status: 429, field: null, code: 'RATE_LIMITED', refusal: 'requests' });
    const samples = readSamples(await registry.metrics());
    expect(samplesOf(samples, 'nsync_authentication_failures_total')).toEqual({ 'reason="expired"': 1, 'reason="unknown"': 1 }); // prettier-ignore
    expect(samplesOf(samples, 'nsync_rate_limit_refusals_total')).toEqual({ 'reason="requests"': 1, 'reason="unknown"': 0 }); // prettier-ignore
    expect(samplesOf(samples, 'nsync_graphql_requests_total')['field="none",code="RATE_LIMITED"']).toBe(1);
  });

  it('codes that models invent are told apart up to a number', async () => {
    const registry = new Registry();
    const count = requestMetrics(registry);
    for (let index = 0; index < 500; index += 1) count({ ...ended, code: `CODE_${index}` });
    const codes = Object.keys(samplesOf(readSamples(await registry.metrics()), 'nsync_graphql_requests_total'));
    expect(codes.length).toBeLessThanOrEqual(101);
    expect(codes).toContain('field="runs",code="other"');
  });
});

describe('where /metrics is', () => {
  const statusOf = (url: string, headers: Record<string, string> = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(url, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .once('error', reject)
        .end();
    });

  it('is on a port of its own, and nowhere else, if the settings name one', async () => {
    const own = await serve(DATABASES[0]!, { environment: { NSYNC_METRICS_PORT: '0' } });
    try {
      const { metricsUrl } = own.server;
      expect(new URL(metricsUrl).port).not.toBe(new URL(own.url).port);
      expect(new URL(metricsUrl).hostname).toBe('127.0.0.1');
      expect(await statusOf(metricsUrl)).toBe(200);
      expect(await statusOf(`${own.url}/metrics`)).toBe(404);
      expect(await statusOf(new URL('/graphql', metricsUrl).href)).toBe(404);
      expect(await statusOf(metricsUrl, { host: 'evil.example.com' })).toBe(421);
    } finally {
      await own.stop();
    }
  });

  it('is on the port of the server otherwise, for tokens that may read', async () => {
    const common = await serve(DATABASES[0]!);
    try {
      const { metricsUrl, database } = common.server;
      expect(metricsUrl).toBe(`${common.url}/metrics`);
      expect(await statusOf(metricsUrl)).toBe(200);
      const secretOf = async (name: string, scope: string): Promise<string> =>
        (await createToken(database, { name, scopes: [scope], expiresAt: null, createdBy: null }, new Date())).secret;
      const reader = await secretOf('prometheus', 'read');
      const writer = await secretOf('hr', 'sync:HR/Person');
      const asked = [undefined, writer, reader].map((secret) =>
        statusOf(metricsUrl, secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      );
      expect(await Promise.all(asked)).toEqual([401, 403, 200]);
      const samples = readSamples(await (await fetch(metricsUrl, { headers: { authorization: `Bearer ${reader}` } })).text()); // prettier-ignore
      expect(samplesOf(samples, 'nsync_authentication_failures_total')['reason="no token"']).toBe(1);
    } finally {
      await common.stop();
    }
  });
});

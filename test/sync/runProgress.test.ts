/** R47: the progress of a run is visible, and the run can be stopped, in its own process and in others. */
import { setTimeout } from 'node:timers/promises';
import { type Database, monitorOf, openDatabase } from '../../src/database';
import { CallError } from '../../src/errors';
import { cancelRun, type RunFilter, RunRecords } from '../../src/records';
import type { SyncOptions } from '../../src/sync';
import { ActiveRuns } from '../../src/sync/run/activeRun';
import { DATABASES } from '../support/databases';
import { BATCH, BATCHES, type PausedRun, pausedRun } from '../support/pausedRun';

const ROWS = BATCH * BATCHES;
const ALL = { first: 50, after: null };
const NOBODY = new ActiveRuns();

const hasReported = async (records: RunRecords): Promise<boolean> =>
  (await records.byIds(['1']))[0]?.progress?.phase === 'SYNCING';

const POLICIES: readonly [string, Partial<SyncOptions>][] = [
  ['ROLLBACK', {}],
  ['a dry run', { dryRun: true }],
  ['CONTINUE', { onError: 'CONTINUE' }],
  ['CONTINUE in an order', { onError: 'CONTINUE', order: ['CREATE', 'UPDATE', 'DELETE'] }],
];

/** Polls, because a run reports its progress once per second. */
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let look = 0; !(await isSo()); look += 1) {
    if (look > 200) throw new Error('it never was');
    await setTimeout(50);
  }
}

async function rowsCounted(records: RunRecords, id: string): Promise<number> {
  return (await records.sourcesOf([id])).reduce((sum, { counts }) => sum + counts.rows, 0);
}

describe.each(DATABASES)('R47 on $name', (kind) => {
  let paused: PausedRun;
  let other: Database;
  /** Reads like another process. */
  let elsewhere: RunRecords;
  beforeEach(async () => {
    paused = await pausedRun(kind);
    other = openDatabase(paused.test.url);
    elsewhere = new RunRecords(other, NOBODY);
  });
  afterEach(async () => {
    await other.close();
    await paused.test.drop();
  });
  const tags = async (): Promise<number> => (await other.reader('tag').pluck('id')).length;

  it.each(POLICIES)('R47: a run at work shows counts and progress everywhere: %s', async (_name, options) => {
    const { engine, test } = paused;
    await paused.run(options, async () => {
      await until(async () => (await rowsCounted(elsewhere, '1')) > 0 && (await hasReported(elsewhere)));
      for (const records of [new RunRecords(test.database, engine.active), elsewhere]) {
        const [run] = await records.byIds(['1']);
        expect(run).toMatchObject({ status: 'RUNNING', finishedAt: null, progress: { phase: 'SYNCING' } });
        const { rowsDone = 0, rowsTotal, rowsPerSecond } = run?.progress ?? {};
        expect([rowsDone > 0, rowsDone < ROWS, rowsTotal, Number(rowsPerSecond) > 0]).toEqual([true, true, ROWS, true]);
        const counted = await rowsCounted(records, '1');
        expect([counted > 0, counted < ROWS]).toEqual([true, true]);
      }
    });
    for (const records of [new RunRecords(test.database, engine.active), elsewhere]) {
      expect(await records.byIds(['1'])).toMatchObject([{ progress: null }]);
      expect(await rowsCounted(records, '1')).toBe(ROWS);
    }
  });

  it('R47: a run that waits for another says so', async () => {
    await paused.hold(async () => {
      const waiting = paused.run({ onError: 'CONTINUE' }, () => undefined);
      await until(async () => (await elsewhere.byIds(['1'])).length > 0);
      for (const records of [new RunRecords(paused.test.database, paused.engine.active), elsewhere])
        expect(await records.byIds(['1'])).toMatchObject([{ status: 'RUNNING', progress: { phase: 'WAITING', rowsDone: 0 } }]); // prettier-ignore
      paused.engine.active.find('1')?.cancel();
      await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    });
  });

  it.each(POLICIES.flatMap(([name, options]) => (['here', 'elsewhere'] as const).map((where) => [name, where, options] as const)))(
    'cancelRun: stops a run between two chunks: %s, asked %s',
    async (_name, where, options) => {
      let cancelling: Promise<void> | undefined;
      const run = paused.run(options, async ({ active }) => {
        const signal = active.find('1')?.signal;
        cancelling = where === 'here' ? cancelRun(paused.test.database, active, '1') : cancelRun(other, NOBODY, '1');
        await until(() => signal?.aborted ?? false);
      });
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      await cancelling;
      expect(await elsewhere.byIds(['1'])).toMatchObject([{ status: 'CANCELLED', progress: null }]);
      const stayed = await tags();
      expect(await rowsCounted(elsewhere, '1')).toBe(stayed);
      expect([stayed > 0, stayed < ROWS]).toEqual([options.onError === 'CONTINUE', true]);
      // The request to stop does not affect the next run.
      expect(await paused.run({}, () => undefined)).toMatchObject({ status: 'COMPLETED' });
    },
  ); // prettier-ignore

  it('cancelRun: says which runs it cannot stop', async () => {
    await paused.run({}, () => undefined);
    const refused = async (id: string): Promise<string> => {
      const error: unknown = await cancelRun(other, NOBODY, id).catch((thrown: unknown) => thrown);
      return error instanceof CallError ? `${error.code} ${error.message}` : 'it was not refused';
    };
    expect(await refused('1')).toBe('RUN_ALREADY_FINISHED Run 1 cannot be stopped: its status is already COMPLETED.');
    expect(await refused('2')).toBe('RUN_NOT_FOUND There is no run 2.');
    expect(await refused('one')).toBe('RUN_NOT_FOUND There is no run one.');
  });

  it('R47: a run whose process is gone reads as INTERRUPTED before anyone has written that', async () => {
    const silent = { dry_run: false, problems: '[]', problem_groups: '[]', started_at: '2026-01-01 00:00:00', heartbeat_at: '2026-01-01 00:01:00' }; // prettier-ignore
    await other.knex('nsync_runs').insert({ ...silent, status: 'RUNNING' });
    await other.knex('nsync_runs').insert({ ...silent, status: 'RUNNING', heartbeat_at: other.knex.raw(other.dialect.clock) }); // prettier-ignore
    const [, run] = (await elsewhere.page({}, ALL)).items;
    expect(run).toMatchObject({ id: '1', status: 'INTERRUPTED', progress: null });
    expect(run?.finishedAt).toEqual(new Date('2026-01-01T00:01:00Z'));
    const ids = async (statuses: RunFilter['statuses']): Promise<string[]> =>
      (await elsewhere.page({ statuses }, ALL)).items.map(({ id }) => id);
    expect(await ids(['RUNNING'])).toEqual(['2']);
    expect(await ids(['INTERRUPTED'])).toEqual(['1']);
    expect(await ids(['RUNNING', 'INTERRUPTED'])).toEqual(['2', '1']);
    await expect(cancelRun(other, NOBODY, '1')).rejects.toMatchObject({ code: 'RUN_ALREADY_FINISHED' });
  });

  it('R47: a run whose process is gone counts what it has recorded, not what it had reported', async () => {
    const run = { dry_run: false, problems: '[]', problem_groups: '[]', started_at: '2026-01-01 00:00:00' };
    const monitor = await monitorOf(other);
    for (const [id, heartbeat] of [
      [1, '2026-01-01 00:01:00'],
      [2, other.knex.raw(other.dialect.clock)],
    ] as const) {
      await other.knex('nsync_runs').insert({ ...run, id, status: 'RUNNING', heartbeat_at: heartbeat });
      await other.knex('nsync_run_sources').insert({ run_id: id, position: 0, system_name: 'HR', model: 'tag', rows_count: 100 }); // prettier-ignore
      const reported = { run_id: id, attempt: 1, phase: 'SYNCING', counts: JSON.stringify([{ rows: 500 }]) };
      await monitor('nsync_run_progress').insert({ ...reported, heartbeat_at: id === 1 ? heartbeat : monitor.raw(other.dialect.clock) }); // prettier-ignore
    }
    expect(await rowsCounted(elsewhere, '1')).toBe(100);
    expect(await rowsCounted(elsewhere, '2')).toBe(500);
  });
});

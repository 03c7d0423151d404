/** R47: the record of a run is correct while the run works, after it is stopped, and after its process is gone. */
import { setTimeout } from 'node:timers/promises';
import { type Database, monitorOf, openDatabase } from '../../src/database';
import { interruptDeadRuns, type RunCounts, RunRecords } from '../../src/records';
import type { SyncOptions } from '../../src/sync';
import { ActiveRuns } from '../../src/sync/run/activeRun';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { BATCH, BATCHES, type PausedRun, pausedRun } from '../support/pausedRun';

const ROWS = BATCH * BATCHES;
const ORDER = ['CREATE', 'UPDATE', 'DELETE'] as const;

const tags = async ({ reader }: Database): Promise<number> => (await reader('tag').pluck('id')).length;
const runs = async ({ reader }: Database): Promise<string[]> => reader('nsync_runs').orderBy('id').pluck('status');

/** The counts of a run, as another process reads them. */
async function counts(database: Database, id = '1'): Promise<RunCounts | undefined> {
  const [source] = await new RunRecords(database, new ActiveRuns()).sourcesOf([id]);
  return source?.counts;
}

/** The counts for a number of created tags. */
const created = (count: number): Partial<RunCounts> => ({ rows: count, created: count, failed: 0 });

/** Waits until the chunks that have been read are done. */
async function settled(database: Database): Promise<number> {
  for (let before = -1, now = await tags(database); ; before = now, now = await tags(database)) {
    if (before === now) return now;
    await setTimeout(300);
  }
}

/** Makes it look as if the processes of all runs had been silent for a long time. */
async function fallSilent(database: Database): Promise<void> {
  const silent = { heartbeat_at: '2026-01-01 00:00:00' };
  await database.knex('nsync_runs').update(silent);
  await (await monitorOf(database))('nsync_run_progress').update(silent);
}

/** Ends all runs as another process would if theirs were gone. A run that has just reported is ended a little later. */
const interruptAll = (other: Database): Promise<boolean> =>
  eventually('the runs are ended', async () => {
    await fallSilent(other);
    await interruptDeadRuns(other);
    return (await runs(other)).every((status) => status === 'INTERRUPTED');
  });

describe.each(DATABASES)('R47 on $name', (kind) => {
  let paused: PausedRun;
  let database: Database;
  let other: Database;
  beforeEach(async () => {
    paused = await pausedRun(kind);
    ({ database } = paused.test);
    other = openDatabase(paused.test.url);
  });
  afterEach(async () => {
    await other.close();
    await paused.test.drop();
  });

  it.each<[string, Partial<SyncOptions>]>([
    ['CONTINUE', { onError: 'CONTINUE' }],
    ['CONTINUE in an order', { onError: 'CONTINUE', order: ORDER }],
  ])('R47: the counts of a run with %s are those of what is committed', async (_name, options) => {
    let seen = 0;
    await paused.run(options, async () => {
      seen = await settled(other);
      expect(await counts(other)).toMatchObject(created(seen));
    });
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(ROWS);
    expect(await counts(other)).toMatchObject(created(ROWS));
  });

  it.each<[string, Partial<SyncOptions>, boolean]>([
    ['ROLLBACK', {}, false],
    ['a dry run', { dryRun: true }, false],
    ['CONTINUE', { onError: 'CONTINUE' }, true],
    ['CONTINUE in an order', { onError: 'CONTINUE', order: ORDER }, true],
  ])('R47: a cancelled run keeps the counts and outcomes of what stayed: %s', async (_name, options, stays) => {
    const stop = new AbortController();
    const run = paused.run(options, () => settled(other).then(() => stop.abort()), { signal: stop.signal });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    const stayed = await tags(database);
    expect(stayed > 0).toBe(stays);
    expect(stayed).toBeLessThan(ROWS);
    expect(await runs(database)).toEqual(['CANCELLED']);
    expect(await counts(database)).toMatchObject(created(stayed));
    expect(await database.reader('nsync_row_outcomes').pluck('row')).toHaveLength(stayed);
  });

  it('R47: a run that an error stops keeps the counts of what stayed', async () => {
    const run = paused.run({ onError: 'CONTINUE' }, async () => {
      await settled(other);
      throw new Error('the source is gone');
    });
    await expect(run).rejects.toThrow('the source is gone');
    expect(await runs(database)).toEqual(['INTERRUPTED']);
    expect(await counts(database)).toMatchObject(created(await tags(database)));
  });

  it('R47: a run that was waiting for another stops where it waits', async () => {
    const stop = new AbortController();
    await paused.hold(async () => {
      const waiting = paused.run({ onError: 'CONTINUE' }, () => undefined, { signal: stop.signal });
      await setTimeout(100);
      stop.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    });
    expect(await runs(database)).toEqual(['CANCELLED']);
  });

  it.each<[string, Partial<SyncOptions>]>([
    ['CONTINUE', { onError: 'CONTINUE' }],
    // On SQLite, the transaction of a run locks the whole database, so no other process can end the run.
    ...(kind.name === 'SQLite' ? [] : ([['ROLLBACK', {}]] satisfies [string, Partial<SyncOptions>][])),
  ])('R47: a paused process whose run was ended commits nothing more: %s', async (_name, options) => {
    let stayed = 0;
    const run = paused.run(options, async () => {
      stayed = await settled(other);
      await interruptAll(other);
    });
    await expect(run).rejects.toMatchObject({ code: 'RUN_INTERRUPTED' });
    expect(await runs(database)).toEqual(['INTERRUPTED']);
    expect(await tags(database)).toBe(stayed);
    expect(await counts(database)).toMatchObject(created(stayed));
  });

  it('R47: a run is over when its process has been silent for long, and only then', async () => {
    const { knex, dialect } = database;
    const run = { status: 'RUNNING', dry_run: false, started_at: '2026-01-01 00:00:00', problems: '[]', problem_groups: '[]' }; // prettier-ignore
    const silent = { heartbeat_at: '2026-01-01 00:00:00' };
    const now = { heartbeat_at: knex.raw(dialect.clock) };
    const progress = { attempt: 1, phase: 'SYNCING' };
    await knex('nsync_runs').insert({ ...run, id: 1, ...silent });
    await knex('nsync_runs').insert({ ...run, id: 2 });
    await knex('nsync_runs').insert({ ...run, id: 3, ...now });
    await knex('nsync_runs').insert({ ...run, id: 4, ...silent });
    await knex('nsync_runs').insert({ ...run, id: 5, ...silent });
    const monitor = await monitorOf(database);
    await monitor('nsync_run_progress').insert({ ...progress, run_id: 4, heartbeat_at: monitor.raw(dialect.clock) });
    await monitor('nsync_run_progress').insert({ ...progress, run_id: 5, ...silent });
    await interruptDeadRuns(other);
    expect(await runs(database)).toEqual(['INTERRUPTED', 'INTERRUPTED', 'RUNNING', 'RUNNING', 'INTERRUPTED']);
    expect((await monitor('nsync_run_progress').pluck('run_id')).map(Number)).toEqual([4]);
  });
});

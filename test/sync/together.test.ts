/** R44: short runs that wait for the same models are carried out together, each as if it were alone. */
import type { Knex } from 'knex';
import { csvSource } from '../../src/api/sources';
import { openCsvText } from '../../src/csv';
import { openDatabase } from '../../src/database';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { RunRecords } from '../../src/records';
import { type RunControl, SyncEngine, type SyncOptions, type SyncResult } from '../../src/sync';
import { RunQueue } from '../../src/sync/run/runQueue';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { DriverStatements } from '../support/driverStatements';
import { type GivenRun, requestOf } from '../support/tagRuns';
import { eventually } from '../support/eventually';
import { BATCH, BATCHES, holdTags, pausedRun } from '../support/pausedRun';

const CALLS = 30;

describe.each(DATABASES)('short runs on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  let engine: SyncEngine;
  let queue: RunQueue;
  let driver: DriverStatements;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    ({ knex } = test.database);
    driver = new DriverStatements(test.database);
    await createDemoTables(knex);
    queue = new RunQueue();
    engine = new SyncEngine(test.database, await readCatalog(test.database, [Tag]), { queue });
  });
  afterEach(() => test.drop());

  const run = (names: readonly string[], given: GivenRun = {}): Promise<SyncResult> =>
    engine.run(requestOf(names, given));

  const labels = async (): Promise<string[]> => (await knex('tag').orderBy('label').pluck('label')) as string[];
  const statuses = async (): Promise<string[]> => (await knex('nsync_runs').orderBy('id').pluck('status')) as string[];

  it('R47: answer with the record that the database contains', async () => {
    await run(['warm']);
    const results = await Promise.all([
      run(['a', 'b'], { system: 'A' }),
      run(['c'], { flags: 'x' }),
      run(['d'], { flags: 'x', options: { onError: 'CONTINUE' } }),
    ]);
    expect(results.map(({ record }) => record?.run.status)).toEqual([
      'COMPLETED',
      'ROLLED_BACK',
      'COMPLETED_WITH_FAILURES',
    ]);
    const records = new RunRecords(test.database, engine.active);
    for (const { runId, record, outcomes } of results) {
      expect(await records.byIds([runId])).toEqual([record?.run]);
      expect(await records.sourcesOf([runId])).toEqual(record?.sources);
      const stored = knex('nsync_row_outcomes').where('run_source_id', record?.sources[0]?.id ?? '');
      expect(await stored.orderBy('row').select('row', 'external_key', 'status')).toEqual(
        outcomes.flat().map(({ row, externalKey, status }) => ({ row, external_key: externalKey, status })),
      );
    }
  });

  it('R44: that wait are committed together', async () => {
    await run(['warm']);
    const names = Array.from({ length: CALLS }, (_, call) => `tag ${call}`);
    const { commits } = await driver.during(() => Promise.all(names.map((name) => run([name]))));
    // The others join the first one while it locks the model.
    expect(commits).toBe(1);
    expect(await labels()).toEqual([...names, 'warm'].sort());
    expect(await statuses()).toEqual(Array(CALLS + 1).fill('COMPLETED'));
  });

  it('R44, R49: take their idempotency keys in the same transaction', async () => {
    await run(['warm']);
    const names = Array.from({ length: CALLS }, (_, call) => `tag ${call}`);
    const sync = (name: string): Promise<SyncResult> =>
      run([name], { idempotencyKey: `call-${name.replace(' ', '-')}` });
    const { commits } = await driver.during(async () => {
      const first = await Promise.all(names.map(sync));
      const again = await Promise.all([...names, 'tag 0'].map(sync));
      expect(again.map(({ runId, replayed }) => [runId, replayed])).toEqual(
        [...first, first[0]].map((result) => [result?.runId, true]),
      );
    });
    // Calls read whether their key is known before they wait, so that some come later.
    expect(commits).toBeLessThan(CALLS / 3);
    expect(await labels()).toEqual([...names, 'warm'].sort());
  });

  it('R44, R49: with the same key are one run, also if they arrive together', async () => {
    await run(['warm']);
    const results = await Promise.all(
      ['a', 'b', 'a', 'c', 'a'].map((name) => run([name], { idempotencyKey: `call-${name.replace(' ', '-')}` })),
    );
    expect(new Set(results.map(({ runId }) => runId)).size).toBe(3);
    expect(results.filter(({ replayed }) => replayed)).toHaveLength(2);
    expect(await statuses()).toEqual(Array(4).fill('COMPLETED'));
  });

  it('R44: of several systems and options are committed together, each with its own', async () => {
    await run(['warm']);
    const { commits } = await driver.during(() =>
      Promise.all([
        run(['first']),
        run(['a'], { system: 'A' }),
        run(['a'], { system: 'B', options: { onError: 'CONTINUE' } }),
        run(['a'], { system: 'B', flags: 'd' }),
        run(['b'], { system: 'B', flags: 'c' }),
      ]),
    );
    expect(commits).toBe(1);
    expect(await labels()).toEqual(['a', 'b', 'first', 'warm']);
    const mappings = await knex('nsync_external_key_mappings as m')
      .join('nsync_external_systems as s', 's.id', 'm.external_system_id')
      .whereIn('s.name', ['A', 'B'])
      .select('s.name', 'm.external_key');
    expect(mappings.map(({ name, external_key }) => `${name} ${external_key}`).sort()).toEqual(['A key a', 'B key b']);
  });

  it('R43, R44: that fail leave nothing, and the others stay', async () => {
    await run(['warm']);
    const results = await Promise.all([
      run(['first']),
      run(['a']),
      run(['b', 'c'], { flags: 'x' }),
      run(['d']),
      run(['e'], { flags: 'x', options: { onError: 'CONTINUE' } }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'COMPLETED',
      'COMPLETED',
      'ROLLED_BACK',
      'COMPLETED',
      'COMPLETED_WITH_FAILURES',
    ]);
    expect(results.map(({ outcomes }) => outcomes.flat().map(({ status }) => status))).toEqual([
      ['CREATED'],
      ['CREATED'],
      ['FAILED', 'FAILED'],
      ['CREATED'],
      ['FAILED'],
    ]);
    expect(await labels()).toEqual(['a', 'd', 'first', 'warm']);
    expect(await knex('nsync_row_outcomes').where({ status: 'FAILED' }).pluck('row')).toHaveLength(3);
    expect(new Set(results.map(({ runId }) => runId)).size).toBe(results.length);
  });

  it('R44: see the keys that the runs before them have mapped, whatever their options', async () => {
    await run(['x'], { system: 'IT' });
    await run(['x']);
    let results: SyncResult[] = [];
    const { commits, savepoints } = await driver.during(async () => {
      results = await Promise.all([
        run(['x'], { flags: 'd' }),
        run(['y']),
        run(['y'], { matchOn: null, options: { onUnresolvedReference: 'FAIL' } }),
      ]);
    });
    expect(results.flatMap(({ outcomes }) => outcomes.flat().map(({ status }) => status))).toEqual(['UNLINKED', 'CREATED', 'UNCHANGED']); // prettier-ignore
    expect([commits, savepoints]).toEqual([1, 0]);
  });

  it('R44: of which the database refuses one leave the others, and savepoints are set only then', async () => {
    await run(['warm']);
    const together = (system: string): Promise<SyncResult[]> =>
      Promise.all([
        run(['first']),
        run(['a']),
        run(['b', 'a', 'c'], { system, matchOn: null, options: { onError: 'CONTINUE' } }),
        run(['d']),
      ]);
    let results: SyncResult[] = [];
    const { savepoints } = await driver.during(async () => (results = await together('HR')));
    expect(savepoints).toBe(0);
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill('COMPLETED'));
    await knex('tag').whereIn('label', ['b', 'c']).delete();
    const refused = await driver.during(async () => (results = await together('ERP')));
    expect(refused.savepoints).toBeGreaterThan(0);
    expect(results.map(({ status }) => status)).toEqual([
      'COMPLETED',
      'COMPLETED',
      'COMPLETED_WITH_FAILURES',
      'COMPLETED',
    ]);
    expect(
      results[2]?.outcomes.flat().map(({ status, problems }) => [status, ...problems.map(({ code }) => code)]),
    ).toEqual([['CREATED'], ['FAILED', 'UNIQUE_VIOLATION'], ['CREATED']]);
    expect(await labels()).toEqual(['a', 'b', 'c', 'd', 'first', 'warm']);
  });

  it('R44: that are cancelled while they wait leave nothing but their record', async () => {
    const stop = new AbortController();
    const first = run(['first']);
    const second = run(['second'], { control: { signal: stop.signal } });
    const third = run(['third']);
    stop.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    await Promise.all([first, third]);
    expect(await labels()).toEqual(['first', 'third']);
    expect((await statuses()).sort()).toEqual(['CANCELLED', 'COMPLETED', 'COMPLETED']);
  });

  it.each<[string, Partial<SyncOptions>]>([
    ['a load with CONTINUE', { onError: 'CONTINUE' }],
    ['a load with CONTINUE in an order', { onError: 'CONTINUE', order: ['CREATE', 'UPDATE', 'DELETE'] }],
  ])('R44: act between two chunks of %s', async (_name, options) => {
    const paused = await pausedRun(kind);
    const other = openDatabase(paused.test.url);
    try {
      const statusesMeanwhile: string[] = [];
      const elsewhere = new SyncEngine(other, await readCatalog(other, [Tag]));
      const { status } = await paused.run(options, async (here) => {
        for (const one of [here, elsewhere])
          statusesMeanwhile.push((await one.run(requestOf(['short'], { system: 'IT' }))).status);
      });
      expect(statusesMeanwhile).toEqual(['COMPLETED', 'COMPLETED']);
      expect(status).toBe('COMPLETED');
      const stored = (await other.reader('tag').pluck('label')) as string[];
      expect(stored).toHaveLength(BATCH * BATCHES + 1);
    } finally {
      await other.close();
      await paused.test.drop();
    }
  });

  it('R47: that wait for long are recorded meanwhile, and end as the same run', async () => {
    const ids: string[] = [];
    const observer: NonNullable<RunControl['observer']> = () => ({
      recorded: (id) => void ids.push(id),
      step: () => () => undefined,
      rowsDone: () => undefined,
      end: () => undefined,
      endsElsewhere: () => undefined,
    });
    let short: Promise<SyncResult> | undefined;
    let id = '';
    await holdTags(queue, async () => {
      short = run(['a'], { control: { observer } });
      id = await eventually('the run that waits is recorded', () => ids[0]);
      expect(engine.active.find(id)?.report().progress.phase).toBe('WAITING');
    });
    expect(await short).toMatchObject({ runId: id, status: 'COMPLETED' });
    expect(ids).toEqual([id]);
    expect(await statuses()).toEqual(['COMPLETED']);
    expect(await knex('nsync_run_sources').where({ run_id: id }).pluck('created_count')).toEqual([1]);
    expect(await knex('nsync_row_outcomes').pluck('row')).toHaveLength(1);
  });

  it.each([
    ['few small rows', 'label\nA\nB\n', 0],
    ['101 rows', `label\n${Array.from({ length: 101 }, (_, row) => `A ${row}`).join('\n')}\n`, 1],
    ['few rows, some of them large', `label,note\nA,${'x'.repeat(600_000)}\nB,${'y'.repeat(600_000)}\n`, 1],
  ])('R44: only small files are carried out together with other runs: %s', async (_rows, text, chunks) => {
    const csv = await openCsvText(text, { defaults: { actionFlags: 'c', matchOn: 'label' } });
    const request = requestOf([], { options: { onError: 'CONTINUE' } });
    const { runId, status } = await engine.run({ ...request, sources: [csvSource(csv, 'HR', 'Tag', 'tags.csv')] });
    expect([status, (await knex('nsync_runs').where({ id: runId }).first('committed_chunks')) as unknown]).toEqual([
      'COMPLETED',
      { committed_chunks: chunks },
    ]);
  });
});

/** Old runs are removed in small steps, and touchedBy returns the same as before. */
import { Person, Tag } from '../../src/demo/models';
import { pruneRuns, touchesOfObjects } from '../../src/records';
import { DATABASES } from '../support/databases';
import { createDemoTables } from '../../src/demo/tables';
import { type TestEngine, testEngine, type TestRow } from '../support/engine';

const MODELS = ['Person', 'Tag'];
const FUTURE = new Date('2100-01-01T00:00:00Z');

const person = (number: number, first_name: string, more: TestRow = {}): TestRow => ({
  $match: 'employee_id',
  $key: `key ${number}`,
  employee_id: `E${number}`,
  first_name,
  last_name: 'X',
  ...more,
});

const persons = (from: number, to: number, first_name: string): TestRow[] =>
  Array.from({ length: to - from + 1 }, (_, index) => person(from + index, first_name));

describe.each(DATABASES)('pruning on $name', (kind) => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await testEngine(kind, [Person, Tag], ({ database }) => createDemoTables(database.knex), {
      chunkSize: 500,
    });
  });
  afterEach(() => engine.close());

  /** The touchedBy of every object, in a fixed order. */
  async function touches(): Promise<unknown[]> {
    const { reader } = engine.test.database;
    const all = [];
    for (const model of MODELS) {
      const ids = ((await reader(model.toLowerCase()).pluck('id')) as unknown[]).map(String);
      all.push(...(await touchesOfObjects(reader, model, ids)).map((touch) => JSON.stringify([model, touch])));
    }
    return all.sort();
  }
  const count = async (table: string): Promise<number> => (await engine.test.database.reader(table).select('*')).length;
  const ids = async (): Promise<number[]> =>
    ((await engine.test.database.reader('nsync_runs').orderBy('id').pluck('id')) as unknown[]).map(Number);

  it('removes what is old, and keeps the newest outcome of each object and system', async () => {
    const { sync, test } = engine;
    await sync('Person', persons(1, 40, 'First'), { system: 'HR' });
    await sync('Person', persons(1, 30, 'Second'), { system: 'HR' });
    await sync('Person', persons(1, 20, 'Third'), { system: 'CRM' });
    await sync('Person', [...persons(1, 10, 'Fourth'), ...persons(1, 10, 'Fifth')], { system: 'HR' });
    await sync('Person', persons(1, 40, 'Never'), { system: 'HR', dryRun: true });
    await sync('Person', [...persons(1, 5, 'Never'), { employee_id: 'E99', $match: 'nothing' }], { system: 'HR', onError: 'ROLLBACK' }); // prettier-ignore
    const before = await touches();
    expect(before).toHaveLength(60);
    const mappings = await count('nsync_external_key_mappings');

    expect(await pruneRuns(test.database, { finishedBefore: new Date('2000-01-01'), keepLastTouch: true })).toEqual({ runs: 0, outcomes: 0 }); // prettier-ignore
    const outcomes = await count('nsync_row_outcomes');
    const pruned = await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: true });

    // HR: 10 persons each in the first, second and fourth run; CRM: 20.
    expect(await count('nsync_row_outcomes')).toBe(60);
    expect(pruned).toEqual({ runs: 2, outcomes: outcomes - 60 });
    expect(await ids()).toEqual([1, 2, 3, 4]);
    expect(await touches()).toEqual(before);
    expect(await count('nsync_external_key_mappings')).toBe(mappings);
    expect(await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: true })).toEqual({ runs: 0, outcomes: 0 }); // prettier-ignore

    await sync('Person', persons(1, 40, 'Sixth'), { system: 'HR' });
    const later = await touches();
    expect(await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: true })).toEqual({ runs: 3, outcomes: 40 }); // prettier-ignore
    expect(await touches()).toEqual(later);

    expect(await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: false })).toEqual({ runs: 2, outcomes: 60 }); // prettier-ignore
    expect(await ids()).toEqual([]);
    expect(await count('nsync_run_sources')).toBe(0);
    expect(await touches()).toEqual([]);
    expect(await count('nsync_external_key_mappings')).toBe(mappings);
  });

  it('remembers touches from the other side of a relation', async () => {
    const { sync, test } = engine;
    await sync('Tag', [{ $match: 'label', $key: 'a', label: 'a' }], { system: 'HR' });
    await sync('Person', [person(1, 'First', { 'tags=>+label': 'a' })], { system: 'HR' });
    await sync('Person', [person(1, 'Second', { 'tags=>-label': 'a' })], { system: 'HR' });
    const before = await touches();
    expect(before).toHaveLength(3);
    const related = await count('nsync_related_changes');
    const { outcomes } = await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: true });
    expect(outcomes).toBeGreaterThan(0);
    expect(await count('nsync_related_changes')).toBeLessThanOrEqual(related);
    expect(withoutDuplicates(await touches())).toEqual(withoutDuplicates(before));
  });

  it('forgets objects that were deleted since', async () => {
    const { sync, test } = engine;
    await sync('Person', persons(1, 3, 'First'), { system: 'HR' });
    await sync('Person', [{ $flags: 'd*', $match: 'employee_id', $key: 'key 1', employee_id: 'E1' }], { system: 'HR' });
    expect(await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: true })).toEqual({ runs: 1, outcomes: 2 }); // prettier-ignore
  });

  it('removes no run that is at work', async () => {
    const { knex, dialect } = engine.test.database;
    const run = { dry_run: false, problems: '[]', problem_groups: '[]', started_at: '2026-01-01 00:00:00' };
    await knex('nsync_runs').insert({ ...run, status: 'RUNNING', heartbeat_at: knex.raw(dialect.clock) });
    await knex('nsync_runs').insert({ ...run, status: 'INTERRUPTED', finished_at: '2026-01-01 00:00:00' });
    expect(await pruneRuns(engine.test.database, { finishedBefore: FUTURE, keepLastTouch: false })).toEqual({ runs: 1, outcomes: 0 }); // prettier-ignore
    expect(await ids()).toEqual([1]);
  });

  it('takes steps that hold no lock for more than 100 ms', async () => {
    const { sync, test } = engine;
    const { knex } = test.database;
    await sync('Person', persons(1, 3000, 'First'), { system: 'HR' });
    await sync('Person', persons(1, 3000, 'Second'), { system: 'HR' });
    const steps: number[] = [];
    knex.on('query', ({ sql, bindings }: { sql: string; bindings: unknown[] }) => {
      if (/^delete from .nsync_row_outcomes/.test(sql)) steps.push(bindings.length - 1);
    });
    await pruneRuns(test.database, { finishedBefore: FUTURE, keepLastTouch: true });
    expect(steps.reduce((sum, rows) => sum + rows, 0)).toBe(3000);
    // This many are removed within a few milliseconds. If removing takes longer, a step contains fewer.
    expect(Math.max(...steps)).toBeLessThanOrEqual(400);
    expect(steps.length).toBeGreaterThan(7);
  });
});

/** An object's own and related touches of one system are equal once only the newest ones remain. */
function withoutDuplicates(touches: readonly unknown[]): unknown[] {
  return touches.map(String).map((touch) => JSON.parse(touch) as [string, { objectId: string; lastRunId: string; firstTouchedAt: string }])
    .reduce<[string, string, string, string][]>((all, [model, { objectId, lastRunId, firstTouchedAt }]) => {
      const same = all.find(([otherModel, otherId]) => otherModel === model && otherId === objectId);
      if (!same) return [...all, [model, objectId, lastRunId, firstTouchedAt]];
      if (Number(lastRunId) > Number(same[2])) same[2] = lastRunId;
      if (firstTouchedAt < same[3]) same[3] = firstTouchedAt;
      return all;
    }, []); // prettier-ignore
}

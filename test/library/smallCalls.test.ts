/** R44: calls of the library with a few rows are carried out together, as those of `syncRows` are. */
import { createNsync, type Nsync, type SyncInput, type SyncReport, type SyncRow } from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';
import { generatedRows } from '../support/generatedRows';

const CALLS = 30;

const row = (name: string, actionFlags = 'cu*'): SyncRow => ({ actionFlags, matchOn: 'name', externalKey: name, values: { name } }); // prettier-ignore

describe.each(DATABASES)('small calls of the library on $name', (kind) => {
  let test: TestDatabase;
  let nsync: Nsync;
  beforeEach(async () => {
    test = await kind.create();
    await test.database.knex.schema.createTable('thing', (table) => {
      table.increments('id');
      table.string('name', 50).notNullable().unique();
    });
    nsync = await createNsync({ database: test.url });
    await sync([row('warm')]);
  });
  afterEach(async () => {
    await nsync.close();
    await test.drop();
  });

  const sync = (rows: SyncInput['rows'], given: Partial<SyncInput> = {}): Promise<SyncReport> =>
    nsync.sync({ system: 'Shop', model: 'Thing', rows, ...given });
  const names = async (): Promise<string[]> => (await test.database.knex('thing').orderBy('name').pluck('name')) as string[]; // prettier-ignore

  it.each([
    ['lists', (rows: readonly SyncRow[]) => rows],
    ['other iterables', generatedRows],
  ])('R44: %s are committed together, each as a run of its own', async (_what, rowsOf) => {
    const given = Array.from({ length: CALLS }, (_, call) => `thing ${String(call).padStart(2, '0')}`);
    const reports = await Promise.all(given.map((name) => sync(rowsOf([row(name)]))));
    const ends = new Set(reports.map(({ run }) => run.finishedAt?.getTime()));
    expect(ends.size).toBeLessThan(CALLS / 3);
    expect(new Set(reports.map(({ run }) => run.id)).size).toBe(CALLS);
    expect(reports.map(({ outcomes }) => outcomes.map(({ externalKey, status }) => [externalKey, status]))).toEqual(
      given.map((name) => [[name, 'CREATED']]),
    );
    expect(await names()).toEqual([...given, 'warm'].sort());
  });

  it('R42, R44: one that fails leaves nothing, and the others stay', async () => {
    const reports = await Promise.all([
      sync([row('a')]),
      sync([row('b'), row('c', 'x')]),
      sync([row('d'), row('e', 'x')], { onError: 'CONTINUE' }),
    ]);
    expect(reports.map(({ run }) => run.status)).toEqual(['COMPLETED', 'ROLLED_BACK', 'COMPLETED_WITH_FAILURES']);
    expect(await names()).toEqual(['a', 'd', 'warm']);
  });

  it('R47: return the run that the database contains', async () => {
    for (const { run } of [await sync([row('a')]), await sync([row('a')]), await sync([row('b', 'x')])])
      expect(await nsync.run(run.id)).toEqual(run);
  });
});

/** R49: a call of the library that is repeated. */
import { BasicSyncPolicy, createNsync, type Nsync, readCsv, type SyncRow, TransactionSyncPolicy } from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';
import { failureOf } from '../support/failureOf';
import { generatedRows } from '../support/generatedRows';

describe.each(DATABASES)('R49: createNsync on $name', (kind) => {
  let test: TestDatabase;
  let nsync: Nsync;
  beforeAll(async () => {
    test = await kind.create();
    await test.database.knex.schema.createTable('thing', (table) => {
      table.increments('id');
      table.string('name', 50).notNullable().unique();
      table.bigInteger('number').nullable();
      table.dateTime('seen_at', { precision: 3, useTz: false }).nullable();
    });
    nsync = await createNsync({ database: test.url });
  });
  afterAll(async () => {
    await nsync.close();
    await test.drop();
  });

  const target = { system: 'Shop', model: 'Thing' };
  const row = (name: string): SyncRow => ({ actionFlags: 'c', values: { name, number: 9007199254740993n, seen_at: new Date(0) } }); // prettier-ignore

  it('is answered with the run of the first one, whatever its rows come from', async () => {
    const first = await nsync.sync({ ...target, rows: [row('a'), row('b')], idempotencyKey: 'rows' });
    const again = await nsync.sync({ ...target, rows: generatedRows([row('a'), row('b')]), idempotencyKey: 'rows' });
    expect([first.run.replayed, again]).toEqual([false, { ...first, run: { ...first.run, replayed: true } }]);
    const other = nsync.sync({ ...target, rows: [row('a'), row('c')], idempotencyKey: 'rows' });
    expect(await failureOf(other)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(await nsync.run(first.run.id)).toMatchObject({ replayed: false });
  });

  it('also with files and several sources', async () => {
    const sync = (csv: string) =>
      nsync.syncAll([{ ...target, rows: readCsv(csv, { defaults: { actionFlags: 'c' } }) }, { ...target, rows: [row('s')] }], { idempotencyKey: 'all' }); // prettier-ignore
    const first = await sync('name\nx\n');
    expect(await sync('name\nx\n')).toEqual({ ...first, run: { ...first.run, replayed: true } });
    expect(await failureOf(sync('name\ny\n'))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('a policy belongs to the content', async () => {
    const sync = (options: object) => nsync.sync({ ...target, rows: [row('p')], idempotencyKey: 'policy', ...options });
    const { run } = await sync({ policy: new BasicSyncPolicy() });
    expect(await sync({ policy: new BasicSyncPolicy() })).toMatchObject({ run: { id: run.id, replayed: true } });
    const other = sync({ policy: new TransactionSyncPolicy(new BasicSyncPolicy()) });
    expect(await failureOf(other)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('refuses what is no key', async () => {
    expect(await failureOf(nsync.sync({ ...target, rows: [], idempotencyKey: 'a b' }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'An idempotency key must have 1 to 255 visible ASCII characters and no blanks, not "a b".',
    });
  });
});

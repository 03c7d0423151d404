/** Statements that are late write nothing: their transaction has ended, and its connection may belong to others. */
import { MAPPINGS } from '../../src/records/tables';
import { saveSystem } from '../../src/records';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

describe.each(DATABASES)('a transaction that has ended, on $name', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await saveSystem(test.database, { name: 'HR', description: null }, new Date().toISOString());
  });
  afterAll(() => test.drop());

  it.each(['commit', 'rollback'] as const)('writes nothing after its %s', async (end) => {
    const { knex, dialect } = test.database;
    const trx = await knex.transaction();
    await trx(MAPPINGS.table).select('id').limit(1);
    trx.executionPromise.catch(() => undefined);
    await trx[end]();
    const { table, systemId, model, key, objectId, createdAt, updatedAt } = MAPPINGS;
    const now = '2026-01-01 00:00:00.000';
    const late = dialect.insertRows(trx, {
      table,
      columns: [systemId, model, key, objectId, createdAt, updatedAt],
      values: [[1], ['Person'], ['1'], ['1'], [now], [now]],
      count: 1,
      returning: [],
    });
    await expect(late).rejects.toThrow();
    expect(await knex(table)).toEqual([]);
  });
});

/** The counters of tables whose names have a special meaning in knex. */
import { DATABASES, type TestDatabase } from '../support/databases';

const TABLE = 'odd? "x"';
const COLUMN = 'id?';

describe.each(DATABASES)('counters on $name', (kind) => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await kind.create();
  });

  afterAll(() => test.drop());

  it('reads the counter of a table with a question mark in its names', async () => {
    const { knex, dialect } = test.database;
    await knex.schema.createTable(TABLE, (table) => void table.increments(COLUMN));
    await knex(TABLE).insert({ [COLUMN]: 7 });
    const { tables } = await dialect.readCatalog(knex, [TABLE]);
    const [counter, ...others] = await dialect.diagnosis.counters(knex, [...tables.values()]);
    expect(others).toEqual([]);
    expect(counter).toMatchObject({ table: TABLE, column: COLUMN, greatest: 7n });
    if (!counter?.repair) return;
    // The statement is for people, who run it without knex.
    await knex.raw(counter.repair.replaceAll('?', '\\?'));
    const [repaired] = await dialect.diagnosis.counters(knex, [...tables.values()]);
    expect(repaired?.next).toBe(8n);
  });
});

/** PostgreSQL: statements that runs send again and again are prepared, and runs go on when the server no longer knows them. */
import type { Duplex } from 'node:stream';
import type { Knex } from 'knex';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { SyncEngine } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { requestOf } from '../support/tagRuns';

/** More runs than it takes until a statement is prepared. */
const MANY = 10;

describe.each(DATABASES.filter(({ name }) => name === 'PostgreSQL'))('prepared statements on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  let engine: SyncEngine;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    ({ knex } = test.database);
    await createDemoTables(knex);
    engine = new SyncEngine(test.database, await readCatalog(test.database, [Tag]));
  });
  afterEach(() => test.drop());

  /** Runs one after the other use the same connection. */
  const runMany = async (prefix: string): Promise<string[]> => {
    const statuses: string[] = [];
    for (let run = 0; run < MANY; run += 1) statuses.push((await engine.run(requestOf([`${prefix} ${run}`]))).status);
    return statuses;
  };

  const prepared = async (): Promise<string[]> =>
    ((await knex.raw('SELECT statement FROM pg_prepared_statements')) as { rows: { statement: string }[] }).rows.map(
      ({ statement }) => statement,
    );

  const completed = Array<string>(MANY).fill('COMPLETED');

  it('R44: are those of transactions, and not those of users', async () => {
    for (let query = 0; query < MANY; query += 1) await knex('tag').where({ label: 'none' });
    expect(await runMany('first')).toEqual(completed);
    const statements = await prepared();
    expect(statements.filter((sql) => /^INSERT INTO "tag"/.test(sql))).toHaveLength(1);
    expect(statements.filter((sql) => /^INSERT INTO "nsync_runs"/.test(sql))).toHaveLength(1);
    expect(statements.filter((sql) => /^select \* from "tag"/.test(sql))).toEqual([]);
  });

  it('R44: are prepared anew when a table has changed', async () => {
    await runMany('before');
    await knex.raw('ALTER TABLE tag ALTER COLUMN label TYPE text');
    expect(await runMany('after')).toEqual(completed);
    expect(await knex('tag').pluck('label')).toHaveLength(2 * MANY);
  });

  it('R44: leave together, if they are sent in one turn of the event loop', async () => {
    await knex.transaction(async (trx) => {
      const { connection } = (await (trx.client as Knex.Client).acquireConnection()) as {
        connection: { stream: Duplex };
      };
      const writes = ['_write', '_writev'].map((method) => jest.spyOn(connection.stream, method as never));
      const answers = (await Promise.all([1, 2, 3].map((value) => trx.raw('SELECT ?::int AS value', [value])))) as {
        rows: { value: number }[];
      }[];
      expect(answers.map(({ rows }) => rows[0]?.value)).toEqual([1, 2, 3]);
      expect(writes.flatMap(({ mock }) => mock.calls)).toHaveLength(1);
    });
  });

  it('R14: take the types that columns have now', async () => {
    await knex.schema.createTable('thing', (table) => table.smallint('size'));
    const largest = (size: number): Promise<unknown> =>
      knex.transaction((trx) =>
        trx('thing')
          .where('size', '<', size)
          .orWhereRaw('size = ANY(?)', [[size]]),
      );
    for (let query = 0; query < MANY; query += 1) await largest(query);
    await knex.raw('ALTER TABLE thing ALTER COLUMN size TYPE integer');
    expect(await largest(100_000)).toEqual([]);
  });

  it('R44: are given up when a proxy loses them', async () => {
    await runMany('before');
    await knex.raw('DEALLOCATE ALL');
    expect(await runMany('after')).toEqual(completed);
    expect(await knex('tag').pluck('label')).toHaveLength(2 * MANY);
    expect(await prepared()).toEqual([]);
  });
});

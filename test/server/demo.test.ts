/** The demo's tables. */
import { migrateUp, openDatabase } from '../../src/database';
import { ALL_TABLES } from '../../src/models';
import { loadModels } from '../../src/server/loadModels';
import { DATABASES, type TestDatabase } from '../support/databases';

const DEMO = { models: 'demo', tables: ALL_TABLES };

/** The first columns of the indexes, with their numbers of indexes. */
async function indexed({ database: { knex, dialect } }: TestDatabase, table: string): Promise<Record<string, number>> {
  const queries: Record<string, string> = {
    sqlite: `SELECT i.name AS "column" FROM pragma_index_list('${table}') l, pragma_index_info(l.name) i WHERE i.seqno = 0`,
    mysql: `SELECT column_name AS "column" FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = '${table}' AND seq_in_index = 1`,
    postgres: `SELECT a.attname AS "column" FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = '${table}'::regclass`,
  };
  const answer = (await knex.raw(
    queries[dialect.name]!.replaceAll('"', dialect.name === 'mysql' ? '`' : '"'),
  )) as unknown;
  const rows = (Array.isArray(answer) ? (answer as unknown[]).flat() : (answer as { rows: unknown[] }).rows) as {
    column?: string;
  }[];
  const counts: Record<string, number> = {};
  for (const { column } of rows) if (column) counts[column] = (counts[column] ?? 0) + 1;
  return counts;
}

describe.each(DATABASES)('the demo on $name', (kind) => {
  it('is made once, whoever starts at the same time, and completed where some of it is there', async () => {
    const test = await kind.create();
    const servers = Array.from({ length: 5 }, () => openDatabase(test.url));
    const start = async (): Promise<void> => {
      await Promise.all(servers.map((database) => migrateUp(database).then(() => loadModels(database, DEMO))));
    };
    await start();
    await test.database.knex.schema.dropTable('person_tag');
    await start();
    expect(await test.database.knex.schema.hasTable('person_tag')).toBe(true);
    expect(await indexed(test, 'house')).toMatchObject({ owner_id: 1, address: 1 });
    expect(await indexed(test, 'car')).toMatchObject({ assigned_to_id: 1, rego_number: 1 });
    for (const database of servers) await database.close();
    await test.drop();
  });
});

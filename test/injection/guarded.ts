/** A database with a canary table, whose statements are recorded. */
import type { Database } from '../../src/database';
import { isInSql, isUnquoted, type Statement, type Watched, watchStatements } from './statements';

export interface Guarded {
  readonly statements: Watched;
  /** The statements with a planted text in their SQL. */
  inSql(statements: readonly Statement[]): string[];
  /** The statements with a planted name outside quotes. */
  unquoted(statements: readonly Statement[]): string[];
  /** Checks that the canary is unchanged, and that the tables are the same. */
  expectUntouched(): Promise<void>;
  end(): void;
}

const CANARY = [
  { id: 1, name: 'A' },
  { id: 2, name: `it's` },
];

const TABLES: Readonly<Record<string, string>> = {
  sqlite: `SELECT name FROM sqlite_master ORDER BY name`,
  mysql: `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME`,
  postgres: `SELECT relname AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace ORDER BY relname`,
};

async function tablesOf({ knex, dialect }: Database): Promise<string[]> {
  const found = (await knex.raw(TABLES[dialect.name] ?? '')) as { name: string }[] | [{ name: string }[]] | { rows: { name: string }[] }; // prettier-ignore
  const rows = 'rows' in found ? found.rows : (found.flat() as { name?: string }[]);
  return rows.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
}

export async function guarded(database: Database): Promise<Guarded> {
  const { knex } = database;
  await knex.schema.createTable('canary', (table) => {
    table.integer('id').primary();
    table.string('name', 20);
  });
  await knex('canary').insert(CANARY);
  const tables = await tablesOf(database);
  expect(tables).toContain('canary');
  const statements = watchStatements();
  return {
    statements,
    inSql: (given) => given.filter(isInSql).map(({ text }) => text),
    unquoted: (given) => given.filter((each) => isUnquoted(each, database.dialect.name)).map(({ text }) => text),
    async expectUntouched() {
      expect(await knex('canary').orderBy('id')).toEqual(CANARY);
      expect(await tablesOf(database)).toEqual(tables);
    },
    end: () => statements.end(),
  };
}

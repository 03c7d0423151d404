/** Tables that are too large for full scans, and the indexes that they lack. */
import type { Knex } from 'knex';

/** Smaller tables are scanned fast enough. */
const LARGE = 10_000;

export async function isLargeTable(knex: Knex, table: string): Promise<boolean> {
  const some = knex(table)
    .select(knex.raw('1 AS found'))
    .limit(LARGE + 1)
    .as('some');
  const [row] = (await knex.count({ rows: '*' }).from(some)) as { rows: number | string }[];
  return Number(row?.rows ?? 0) > LARGE;
}

/** The statement that creates an index, for messages: names are not quoted. */
export function createIndex(table: string, columns: readonly string[]): string {
  const index = [...table.split('.').slice(-1), ...columns].join('_');
  return `CREATE INDEX ${index} ON ${table} (${columns.join(', ')})`;
}

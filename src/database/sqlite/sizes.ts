/** Estimates the sizes of a file and its tables without reading them. SQLite does not update statistics itself. */
import type { Knex } from 'knex';
import type { TableSize } from '../tableSize';
import { quote } from './columns';
import { queryOf } from './query';

/** Rowids are between the first and the last one. If rows were deleted, there are fewer rows. */
const rowsOf = (table: string): string => {
  const name = quote(table);
  return `SELECT COALESCE((SELECT MAX(rowid) FROM ${name}) - (SELECT MIN(rowid) FROM ${name}) + 1, 0) AS "rows"`;
};

export async function tableSizes(knex: Knex, prefix: string): Promise<TableSize[]> {
  const tables = await queryOf(knex)<{ name: string }>(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND wr = 0 AND substr(name, 1, ?) = ?`,
    [prefix.length, prefix],
  );
  const sizes: TableSize[] = [];
  for (const { name } of tables) {
    const [row] = await queryOf(knex)<{ rows: number | string }>(rowsOf(name));
    sizes.push({ table: name, rows: Number(row?.rows ?? 0), bytes: null });
  }
  return sizes;
}

export async function fileBytes(knex: Knex): Promise<number> {
  const [row] = await queryOf(knex)<{ bytes: number | string }>(
    'SELECT p.page_count * s.page_size AS bytes FROM pragma_page_count p, pragma_page_size s',
  );
  return Number(row?.bytes ?? 0);
}

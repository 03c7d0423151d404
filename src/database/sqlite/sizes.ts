/** How large a file and its tables may be, without reading them: SQLite has no statistics that it updates itself. */
import type { Knex } from 'knex';
import type { TableSize } from '../tableSize';
import { quote } from './columns';
import { queryOf } from './query';

/** Rows are between the first and the last rowid; where some were removed there are fewer. */
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

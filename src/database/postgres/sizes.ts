/** PostgreSQL's statistics of tables. Not `pg_total_relation_size`, which waits for the lock of a table. */
import type { Knex } from 'knex';
import type { TableSize } from '../tableSize';
import { queryOf } from './query';

interface SizeRow {
  readonly table: string;
  readonly rows: string;
  readonly bytes: string;
}

/** Sizes with indexes and out-of-line storage. The number of pages is from the last VACUUM or ANALYZE. */
const SIZES = `
  SELECT c.relname AS "table", COALESCE(s.n_live_tup, 0) AS rows,
         current_setting('block_size')::bigint * (c.relpages
           + COALESCE((SELECT SUM(i.relpages) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = c.oid), 0)
           + COALESCE((SELECT t.relpages FROM pg_class t WHERE t.oid = c.reltoastrelid), 0)) AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
   WHERE c.relkind = 'r' AND n.nspname = current_schema() AND starts_with(c.relname, ?)`;

export async function tableSizes(knex: Knex, prefix: string): Promise<TableSize[]> {
  const rows = await queryOf(knex)<SizeRow>(SIZES, [prefix]);
  return rows.map(({ table, rows: count, bytes }) => ({ table, rows: Number(count), bytes: Number(bytes) }));
}

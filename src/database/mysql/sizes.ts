/** InnoDB's estimates of table sizes. MySQL caches them for a day (information_schema_stats_expiry). */
import type { Knex } from 'knex';
import type { TableSize } from '../tableSize';
import { queryOf } from './query';

interface SizeRow {
  readonly TABLE: string;
  readonly TOTAL: string | number | null;
  readonly BYTES: string | number | null;
}

const numberOf = (value: string | number | null): number | null => (value === null ? null : Number(value));

export async function tableSizes(knex: Knex, prefix: string): Promise<TableSize[]> {
  const rows = await queryOf(knex)<SizeRow>(
    `SELECT TABLE_NAME AS \`TABLE\`, TABLE_ROWS AS TOTAL, DATA_LENGTH + INDEX_LENGTH AS BYTES
       FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = DATABASE() AND LEFT(TABLE_NAME, ?) = ? AND TABLE_TYPE = 'BASE TABLE'`,
    [prefix.length, prefix],
  );
  return rows.map(({ TABLE, TOTAL, BYTES }) => ({ table: TABLE, rows: numberOf(TOTAL), bytes: numberOf(BYTES) }));
}

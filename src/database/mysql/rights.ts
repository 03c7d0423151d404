/** The rights to tables that the user lacks. The column views of information_schema include roles and rights to whole schemas. */
import type { Knex } from 'knex';
import { marks, type Query } from '../query';
import { type LackedRights, type Right, rightsObstacle } from '../rights';
import { queryOf } from './query';

interface RightsRow {
  readonly SCHEMA: string;
  readonly TABLE: string;
  readonly CAN_SELECT: number;
  readonly CAN_INSERT: number;
  readonly CAN_UPDATE: number;
}

/** Inserts and updates need the right to only some columns; reads need all. DELETE has no column rights. */
const rightsQuery = (condition: string): string =>
  `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, MIN(FIND_IN_SET('select', PRIVILEGES) > 0) AS CAN_SELECT,
          MAX(FIND_IN_SET('insert', PRIVILEGES) > 0) AS CAN_INSERT, MAX(FIND_IN_SET('update', PRIVILEGES) > 0) AS CAN_UPDATE
     FROM information_schema.COLUMNS WHERE ${condition} GROUP BY TABLE_SCHEMA, TABLE_NAME`;

const lackedIn = (row: RightsRow): Right[] => [
  ...(Number(row.CAN_SELECT) === 0 ? ['SELECT' as const] : []),
  ...(Number(row.CAN_INSERT) === 0 ? ['INSERT' as const] : []),
  ...(Number(row.CAN_UPDATE) === 0 ? ['UPDATE' as const] : []),
];

/** Why no row can be synced into a table of the schemas, as a sentence; null if rows can. */
export async function readRightsObstacles(
  query: Query,
  schemas: readonly string[],
): Promise<(schema: string, table: string) => string | null> {
  const rows = await query<RightsRow>(rightsQuery(`TABLE_SCHEMA IN (${marks(schemas)})`), [...schemas]);
  const found = new Map(rows.map((row) => [JSON.stringify([row.SCHEMA, row.TABLE]), lackedIn(row)]));
  return (schema, table) => rightsObstacle(found.get(JSON.stringify([schema, table])) ?? []);
}

/** Tables of the connection's database with this prefix, and the rights to them that the user lacks. */
export async function lackedRights(knex: Knex, prefix: string): Promise<LackedRights[]> {
  const condition = 'TABLE_SCHEMA = DATABASE() AND LEFT(TABLE_NAME, ?) = ?';
  const rows = await queryOf(knex)<RightsRow>(rightsQuery(condition), [prefix.length, prefix]);
  return rows.map((row) => ({ table: row.TABLE, lacked: lackedIn(row) })).filter(({ lacked }) => lacked.length > 0);
}

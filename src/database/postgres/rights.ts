/** The rights to tables that the user lacks. */
import type { Knex } from 'knex';
import type { Query } from '../query';
import { type LackedRights, type Right, RIGHTS, rightsObstacle } from '../rights';
import { queryOf } from './query';

interface RightsRow {
  readonly schema: string;
  readonly table: string;
  readonly lacked: readonly Right[];
}

/** Inserts and updates need the right to only some columns; reads need all. */
const MAY: Readonly<Record<Right, string>> = {
  SELECT: 'has_table_privilege',
  INSERT: 'has_any_column_privilege',
  UPDATE: 'has_any_column_privilege',
  DELETE: 'has_table_privilege',
};

const rightsQuery = (condition: string): string =>
  `SELECT n.nspname AS schema, c.relname AS "table",
          array_remove(ARRAY[${RIGHTS.map((right) => `CASE WHEN ${MAY[right]}(c.oid, '${right}') THEN NULL ELSE '${right}' END`).join(', ')}], NULL) AS lacked
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${condition}`;

/** Why no row can be synced into a table of a schema, as a sentence; null if rows can. */
export async function readRightsObstacles(query: Query): Promise<(schema: string, table: string) => string | null> {
  const rows = await query<RightsRow>(rightsQuery(`n.nspname NOT IN ('pg_catalog', 'information_schema')`));
  const found = new Map(rows.map(({ schema, table, lacked }) => [JSON.stringify([schema, table]), lacked]));
  return (schema, table) => rightsObstacle(found.get(JSON.stringify([schema, table])) ?? []);
}

/** Tables of the default schema with this prefix, and the rights to them that the user lacks. */
export async function lackedRights(knex: Knex, prefix: string): Promise<LackedRights[]> {
  const condition = 'n.nspname = current_schema() AND starts_with(c.relname, ?)';
  const rows = await queryOf(knex)<RightsRow>(rightsQuery(condition), [prefix]);
  return rows.filter(({ lacked }) => lacked.length > 0);
}

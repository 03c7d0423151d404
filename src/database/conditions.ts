/** Conditions that several databases spell in the same way. */
import type { Knex } from 'knex';
import type { ColumnInfo } from './catalog';
import type { Binding, Dialect, SqlFragment } from './dialect';

/** `a = ? AND b = ? AND c IN (…)`, for a database that then uses an index over all three. */
export function equalPrefix(
  dialect: Pick<Dialect, 'columnName' | 'tupleCondition'>,
  knex: Knex,
  prefix: readonly (readonly [ColumnInfo, Binding])[],
  column: ColumnInfo,
  values: readonly Binding[],
): SqlFragment {
  const tuples = values.map((value) => [value]);
  const among = dialect.tupleCondition(knex, [column], tuples);
  const equal = prefix.map(([fixed]) => `${dialect.columnName(fixed)} = ?`);
  return {
    sql: [...equal, among.sql].join(' AND '),
    bindings: [...prefix.map(([, value]) => value), ...among.bindings],
  };
}

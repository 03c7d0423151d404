/** Conditions that match any of many values. */
import type { ColumnInfo } from '../catalog';
import type { Binding, Dialect, FixedColumns, SqlFragment } from '../dialect';
import { quoteTable } from '../quoting';
import { arrayLiteral } from './arrays';
import { arrayType, cast, quoteForKnex } from './columns';

export const tupleCondition: Dialect['tupleCondition'] = (_knex, columns, tuples) => {
  const [first] = columns;
  const names = columns.map((column) => quoteForKnex(column.name));
  const arrays = columns.map((_, index) => arrayLiteral(tuples.map((tuple) => tuple[index])));
  if (columns.length === 1 && first && first.type.kind !== 'other')
    return { sql: `${names[0]} = ANY(?::${arrayType(first)}[])`, bindings: arrays };
  const unnest = columns.map((column) => `?::${arrayType(column)}[]`).join(', ');
  const values = columns.map((column, place) => cast(column, `c${place}`)).join(', ');
  return {
    sql: `(${names.join(', ')}) IN (SELECT ${values} FROM unnest(${unnest}) AS v(${columns.map((_, place) => `c${place}`).join(', ')}))`,
    bindings: arrays,
  };
};

/**
 * Looks up each row of a table separately. If a table grows within a transaction, the planner believes that the first columns are selective enough,
 * and reads all rows that match them.
 */
function lookedUp(
  table: string,
  prefix: FixedColumns,
  column: ColumnInfo,
  values: readonly Binding[],
  wanted: 'ctid' | '*',
): SqlFragment {
  const equal = prefix.map(([{ name }]) => `t.${quoteForKnex(name)} = ? AND `).join('');
  return {
    sql: `unnest(?::${arrayType(column)}[]) AS v(value) CROSS JOIN LATERAL
              (SELECT t.${wanted} FROM ${quoteTable(quoteForKnex, table)} t WHERE ${equal}t.${quoteForKnex(column.name)} = v.value OFFSET 0) AS found`,
    bindings: [arrayLiteral(values), ...prefix.map(([, value]) => value)],
  };
}

export const prefixedCondition: Dialect['prefixedCondition'] = (_knex, table, prefix, column, values) => {
  const { sql, bindings } = lookedUp(table, prefix, column, values, 'ctid');
  return { sql: `ctid = ANY(ARRAY(SELECT found.ctid FROM ${sql}))`, bindings };
};

export const selectAmong: NonNullable<Dialect['selectAmong']> = (_knex, columns, table, prefix, column, values) => {
  // For a single column, tupleCondition is as fast.
  if (prefix.length === 0) return Promise.resolve(null);
  const { sql, bindings } = lookedUp(table, prefix, column, values, '*');
  return Promise.resolve({ sql: `SELECT ${columns.join(', ')} FROM ${sql}`, bindings });
};

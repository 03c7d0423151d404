/** Conditions that match any of many values. */
import type { Binding, Dialect } from '../dialect';
import { escapeMarks, quoteTable } from '../quoting';
import { abilitiesOf } from './abilities';
import { inCollation, quoteForKnex } from './columns';
import { inline } from './values';

export const tupleCondition: Dialect['tupleCondition'] = (_knex, columns, tuples) => {
  const names = columns.map((column) => quoteForKnex(column.name));
  const bindings: Binding[] = [];
  const item = (value: Binding): string => inline(value, bindings);
  const isSingle = columns.length === 1;
  const items = tuples.map((tuple) => (isSingle ? item(tuple[0] ?? null) : `(${tuple.map(item).join(', ')})`));
  return { sql: `${isSingle ? names[0] : `(${names.join(', ')})`} IN (${items.join(', ')})`, bindings };
};

export const prefixedCondition: Dialect['prefixedCondition'] = (knex, _table, prefix, column, values) => {
  const bindings: Binding[] = [];
  const equal = prefix.map(([{ name }, value]) => `${quoteForKnex(name)} = ${inline(value, bindings)} AND `);
  const among = tupleCondition(knex, [column], values.map((value) => [value])); // prettier-ignore
  return { sql: equal.join('') + among.sql, bindings: [...bindings, ...among.bindings] };
};

/** A condition finds this number of values as quickly as a join. */
const FEW_VALUES = 20;

/** For texts, MariaDB joins a table of values faster than it searches a list. */
export const selectAmong: NonNullable<Dialect['selectAmong']> = async (
  knex,
  columns,
  table,
  prefix,
  column,
  values,
) => {
  const { type } = column;
  const isText = type.kind === 'string' || type.kind === 'enum';
  if (!isText || values.length < FEW_VALUES || !(await abilitiesOf(knex)).tableValues) return null;
  const bindings: Binding[] = [];
  const items = values.map((value) => `(${inline(value, bindings)})`);
  const [rows, name] = [quoteTable(quoteForKnex, table), quoteForKnex(column.name)];
  // The values have the connection's collation, which must not be mixed with the column's. An exact collation prevails.
  const compared = escapeMarks(inCollation(type, 'nsync_value'));
  // STRAIGHT_JOIN fixes the order, whatever statistics the server has.
  const joined = `nsync_among STRAIGHT_JOIN ${rows} ON ${rows}.${name} = ${compared}`;
  const conditions = prefix.map(
    ([{ name: first }, value]) => ` AND ${quoteForKnex(first)} = ${inline(value, bindings)}`,
  );
  const sql = `WITH nsync_among (nsync_value) AS (VALUES ${items.join()}) SELECT ${columns.join(', ')} FROM ${joined}${conditions.join('')}`;
  return { sql, bindings };
};

/** Bulk updates. */
import type { Knex } from 'knex';
import { cutRows } from '../bulkRows';
import type { BulkUpdate } from '../bulkWrites';
import { quoteTable } from '../quoting';
import { assertWritten } from '../swallowedWrite';
import { type Abilities, abilitiesOf } from './abilities';
import { inCollation, quote } from './columns';
import { limitsOf, run } from './rawStatements';
import { literal } from './values';

/** Rows as a table of literals, for MariaDB. */
const valuesTable = (names: readonly string[], rows: readonly string[]): string =>
  `WITH v(${names.join()}) AS (VALUES (${rows.join('),(')})) SELECT * FROM v`;

/** The same for MySQL. */
function selectsTable(names: readonly string[], [first = [], ...others]: readonly (readonly string[])[]): string {
  const named = names.map((name, index) => `${first[index] ?? 'NULL'} AS ${name}`);
  return `SELECT ${[named, ...others].map((items) => items.join()).join(' UNION ALL SELECT ')}`;
}

/** Keys are k0, k1 …, values v0, v1 …; g0 tells whether a row has a value for v0, if some rows do not. */
function updateStatement(
  { table, keys, keyValues, columns, values }: BulkUpdate,
  from: number,
  to: number,
  { tableValues }: Abilities,
): string {
  const partial = values.map((column) => column.slice(from, to).includes(undefined));
  const names = [
    ...keys.map((_, index) => `k${index}`),
    ...values.flatMap((_, index) => (partial[index] ? [`v${index}`, `g${index}`] : [`v${index}`])),
  ];
  const rows: string[][] = [];
  for (let row = from; row < to; row += 1) {
    const items = keyValues.map((column) => literal(column[row] ?? null));
    values.forEach((column, index) => {
      items.push(literal(column[row] ?? null));
      if (partial[index]) items.push(column[row] === undefined ? '0' : '1');
    });
    rows.push(items);
  }
  const given = tableValues ? valuesTable(names, rows.map((items) => items.join())) : selectsTable(names, rows); // prettier-ignore
  // A text from a derived table has the connection's collation, which must not be mixed with the column's.
  const on = keys.map(({ name, type }, index) => `t.${quote(name)} = ${inCollation(type, `v.k${index}`)}`);
  const set = columns.map((column, index) => {
    const name = `t.${quote(column.name)}`;
    return partial[index] ? `${name} = IF(v.g${index}, v.v${index}, ${name})` : `${name} = v.v${index}`;
  });
  return `UPDATE ${quoteTable(quote, table)} t JOIN (${given}) v ON ${on.join(' AND ')} SET ${set.join(', ')}`;
}

/** The server reports matched rows and changed rows separately. */
const MATCHED = /Rows matched: (\d+)/;

export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  const abilities = await abilitiesOf(trx);
  const values = [...update.keyValues, ...update.values];
  for (const { from, to } of cutRows(values, update.count, limitsOf(abilities))) {
    const { info } = await run<{ info: string }>(trx, updateStatement(update, from, to, abilities));
    assertWritten(Number(MATCHED.exec(info)?.[1]), to - from);
  }
}

/** Bulk updates. */
import type { Knex } from 'knex';
import { answerOf } from '../answer';
import { cutRows } from '../bulkRows';
import type { BulkUpdate, ColumnValues } from '../bulkWrites';
import { quoteTable } from '../quoting';
import { assertWritten } from '../swallowedWrite';
import { arrayLiteral } from './arrays';
import { arrayType, cast, LIMITS, quoteForKnex } from './columns';

/** Arrays for one `unnest`. */
class Arrays {
  readonly names: string[] = [];
  readonly parameters: string[] = [];
  readonly bindings: string[] = [];

  add(name: string, type: string, values: ColumnValues[number]): void {
    this.names.push(name);
    this.parameters.push(`?::${type}[]`);
    this.bindings.push(arrayLiteral(values));
  }
}

/** Keys are k0, k1 …, values v0, v1 …; g0 tells whether a row has a value for v0, if some rows do not. */
function updateStatement(
  { table, keys, keyValues, columns, values }: BulkUpdate,
  from: number,
  to: number,
): { readonly sql: string; readonly bindings: readonly string[] } {
  const arrays = new Arrays();
  keys.forEach((key, index) => arrays.add(`k${index}`, arrayType(key), (keyValues[index] ?? []).slice(from, to)));
  const set = columns.map((column, index) => {
    const given = (values[index] ?? []).slice(from, to);
    arrays.add(`v${index}`, arrayType(column), given);
    const value = cast(column, `v.v${index}`);
    if (!given.includes(undefined)) return `${quoteForKnex(column.name)} = ${value}`;
    arrays.add(`g${index}`, 'boolean', given.map((item) => item !== undefined)); // prettier-ignore
    return `${quoteForKnex(column.name)} = CASE WHEN v.g${index} THEN ${value} ELSE t.${quoteForKnex(column.name)} END`;
  });
  const bindings = [...arrays.bindings];
  const on = keys.map((key, index) => `t.${quoteForKnex(key.name)} = ${cast(key, `v.k${index}`)}`);
  const [first] = keys;
  // Repeats the first key as a condition, so that an index finds the rows. The join alone may scan the whole table.
  if (first && first.type.kind !== 'other') {
    on.push(`t.${quoteForKnex(first.name)} = ANY(?::${arrayType(first)}[])`);
    bindings.push(arrays.bindings[0] ?? '{}');
  }
  const [unnested, names] = [arrays.parameters.join(', '), arrays.names.join(', ')];
  return {
    sql: `UPDATE ${quoteTable(quoteForKnex, table)} t SET ${set.join(', ')} FROM unnest(${unnested}) AS v(${names}) WHERE ${on.join(' AND ')}`,
    bindings,
  };
}

export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  for (const { from, to } of cutRows([...update.keyValues, ...update.values], update.count, LIMITS)) {
    const { sql, bindings } = updateStatement(update, from, to);
    const { rowCount } = await answerOf<{ rowCount: number | null }>(trx, sql, bindings);
    assertWritten(rowCount, to - from);
  }
}

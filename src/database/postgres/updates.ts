/** Rows changed in bulk. */
import type { Knex } from 'knex';
import { cutRows } from '../bulkInsert';
import type { Binding, BulkUpdate } from '../dialect';
import { quoteTable } from '../quoting';
import { assertWritten } from '../swallowedWrite';
import { arrayLiteral } from './arrays';
import { arrayType, cast, LIMITS, quote } from './columns';

type Values = readonly (Binding | undefined)[];

export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  const { table, keys, keyValues, columns, values, count } = update;
  for (const { from, to } of cutRows([...keyValues, ...values], count, LIMITS)) {
    const arrays: string[] = [];
    const parameters: string[] = [];
    const names: string[] = [];
    const add = (name: string, type: string, given: Values): void => {
      arrays.push(arrayLiteral(given));
      parameters.push(`?::${type}[]`);
      names.push(name);
    };
    const part = (column: Values = []): Values => column.slice(from, to);
    keys.forEach((key, index) => add(`k${index}`, arrayType(key), part(keyValues[index])));
    const set = columns.map((column, index) => {
      const given = part(values[index]);
      add(`v${index}`, arrayType(column), given);
      const value = cast(column, `v.v${index}`);
      if (!given.includes(undefined)) return `${quote(column.name)} = ${value}`;
      add(`g${index}`, 'boolean', given.map((item) => item !== undefined)); // prettier-ignore
      return `${quote(column.name)} = CASE WHEN v.g${index} THEN ${value} ELSE t.${quote(column.name)} END`;
    });
    const on = keys.map((key, index) => `t.${quote(key.name)} = ${cast(key, `v.k${index}`)}`);
    const [first] = keys;
    // Said once more by itself, so that an index finds the rows: for the join alone the whole table might be read.
    if (first && first.type.kind !== 'other') {
      on.push(`t.${quote(first.name)} = ANY(?::${arrayType(first)}[])`);
      arrays.push(arrays[0] ?? '{}');
    }
    const { rowCount } = (await trx.raw(
      `UPDATE ${quoteTable(quote, table)} t SET ${set.join(', ')} FROM unnest(${parameters.join(', ')}) AS v(${names.join(', ')}) WHERE ${on.join(' AND ')}`,
      arrays,
    )) as { rowCount: number | null };
    assertWritten(rowCount, to - from);
  }
}

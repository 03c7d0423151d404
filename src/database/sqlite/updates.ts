/** Bulk updates. */
import type { Knex } from 'knex';
import type { BulkUpdate } from '../bulkWrites';
import { quoteTable } from '../quoting';
import { Batch, givenNames, runMany } from './batches';
import { quote } from './columns';
import { keyCondition } from './conditions';

/** The statement for one row. */
function updateStatement({ table, columns, overridesConflicts }: BulkUpdate, shape: string, where: string): string {
  const set = givenNames(columns, shape).map((name) => `${name} = ?`);
  return `UPDATE${overridesConflicts ? ' OR ABORT' : ''} ${quoteTable(quote, table)} SET ${set.join(', ')} WHERE ${where}`;
}

/** Updates rows by their keys (see Dialect). */
export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  const conditions = update.keys.map(keyCondition);
  const where = conditions.map(({ sql }) => sql).join(' AND ');
  const keys = update.keyValues.map((column, index) => column.map((value) => conditions[index]?.bind(value) ?? value));
  const batch = new Batch((shape) => ({ sql: updateStatement(update, shape, where) }));
  const run = (): Promise<unknown> => runMany(trx, { ...batch.take(), wanted: 'nothing' });
  for (let row = 0; row < update.count; row += 1) {
    batch.add(update.values, row, keys);
    if (batch.isFull) await run();
  }
  if (!batch.isEmpty) await run();
}

/** Bulk inserts. */
import type { Knex } from 'knex';
import type { BulkInsert } from '../bulkWrites';
import { quoteTable } from '../quoting';
import { Batch, givenNames, runMany } from './batches';
import { quote, selected } from './columns';
import type { ManyStatement } from './thread/messages';
import { rowOf } from './thread/packing';

/** The statement for one row, and its extension for each further row. `rowid`: the table's integer primary key, if its numbers are wanted. */
function insertStatement(
  { table, columns, overridesConflicts }: BulkInsert,
  shape: string,
  returning: string,
  rowid: string | null,
): Omit<ManyStatement, 'width'> {
  const insert = `INSERT${overridesConflicts ? ' OR ABORT' : ''} INTO ${quoteTable(quote, table)}`;
  const names = givenNames(columns, shape);
  if (names.length === 0) return { sql: `${insert} DEFAULT VALUES${returning}` };
  const row = `(${names.map(() => '?').join(', ')})`;
  const sql = `${insert} (${names.join(', ')}) VALUES ${row}${returning}`;
  if (returning) return { sql };
  const another = `, ${row}`;
  return rowid === null || names.includes(rowid)
    ? { sql, another }
    : { sql, another, largest: `SELECT max(${rowid}) FROM ${quoteTable(quote, table)}` };
}

/** Inserts rows in their order (see Dialect). */
export async function insertRows(trx: Knex.Transaction, insert: BulkInsert): Promise<Record<string, unknown>[]> {
  // An integer primary key is the rowid, which SQLite reports without RETURNING.
  const [first, ...others] = insert.returning;
  const rowid = first?.autoIncrement === true && others.length === 0 ? first : null;
  const columns = rowid ? '' : insert.returning.map(selected).join(', ');
  const returning = columns && ` RETURNING ${columns}`;
  const batch = new Batch((shape) => insertStatement(insert, shape, returning, rowid && quote(rowid.name)));
  const results: Record<string, unknown>[] = [];
  const wanted = rowid ? 'rowids' : returning ? 'rows' : 'nothing';
  const run = async (): Promise<void> => {
    const many = { ...batch.take(), wanted } as const;
    const answer = await runMany(trx, many);
    if (!answer) for (let row = 0; row < many.order.length; row += 1) results.push({});
    else if ('rowids' in answer) for (const id of answer.rowids) results.push({ [rowid?.name ?? '']: id });
    else if ('rows' in answer) for (const row of answer.rows) results.push(rowOf(answer.columns, row, 0));
  };
  for (let row = 0; row < insert.count; row += 1) {
    batch.add(insert.values, row);
    if (batch.isFull) await run();
  }
  if (!batch.isEmpty) await run();
  return results;
}

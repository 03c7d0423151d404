/** Many rows at once: one prepared statement a shape, which costs SQLite less than one large one, and one message for all. */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import type { ColumnInfo } from '../catalog';
import type { Binding, BulkInsert, BulkUpdate } from '../dialect';
import { nameQuoter, quoteTable } from '../quoting';
import { keyCondition, selected } from './columns';
import { type Many, type ManyAnswer, type ManyStatement, packed, rowOf, unpacked } from './messages';
import { Statements } from './statements';
import { ThreadConnection } from './threadConnection';

const quote = nameQuoter('"');
/** Characters and bytes of one message, roughly: what is large is not copied all at once. */
const LARGEST_MESSAGE = 4_000_000;

/** On the transaction's connection, which is in this thread where an application's hook has set it up. */
async function runMany(trx: Knex, many: Many): Promise<ManyAnswer> {
  const client = trx.client as { acquireConnection(): Promise<ThreadConnection | Database.Database> };
  const connection = await client.acquireConnection();
  return connection instanceof ThreadConnection ? connection.many(many) : new Statements(connection).many(many);
}

type ColumnValues = BulkInsert['values'];

/** Collects rows, each under the statement for those of its columns that are given. */
class Batch {
  private statements: ManyStatement[] = [];
  private known = new Map<string, number>();
  private order: number[] = [];
  private bindings: Binding[] = [];
  private size = 0;

  constructor(private readonly statementOf: (shape: string) => Omit<ManyStatement, 'width'>) {}

  get isFull(): boolean {
    return this.size > LARGEST_MESSAGE;
  }

  get isEmpty(): boolean {
    return this.order.length === 0;
  }

  /** One of the rows of which values are given by column; `more` are bindings that every row has. */
  add(values: ColumnValues, row: number, more: ColumnValues = []): void {
    const start = this.bindings.length;
    let shape = '';
    for (const column of values) {
      const value = column[row];
      shape += value === undefined ? '0' : '1';
      if (value !== undefined) this.bind(value);
    }
    for (const column of more) this.bind(column[row] ?? null);
    let statement = this.known.get(shape);
    if (statement === undefined) {
      statement = this.statements.push({ ...this.statementOf(shape), width: this.bindings.length - start }) - 1;
      this.known.set(shape, statement);
    }
    this.order.push(statement);
  }

  /** The rows so far, which are rows of this batch no more. */
  take(): Omit<Many, 'wanted'> {
    const { statements, order, bindings } = this;
    this.statements = [];
    this.known = new Map();
    this.order = [];
    this.bindings = [];
    this.size = 0;
    return { statements, order: Uint32Array.from(order), bindings: packed(bindings) };
  }

  private bind(value: Binding): void {
    this.bindings.push(value);
    if (typeof value === 'object' || typeof value === 'string') this.size += value?.length ?? 0;
  }
}

/** The columns of a shape: those that have a 1 in their place. */
const given = (columns: readonly ColumnInfo[], shape: string): string[] =>
  columns.flatMap(({ name }, index) => (shape[index] === '1' ? [quote(name)] : []));

/** Inserts rows in their order; see Dialect. */
export async function insertRows(trx: Knex.Transaction, insert: BulkInsert): Promise<Record<string, unknown>[]> {
  // An integer primary key is the row's id, which SQLite tells without being asked.
  const [rowid, ...others] = insert.returning;
  const byRowid = rowid?.autoIncrement === true && others.length === 0;
  const table = quoteTable(quote, insert.table);
  const returning = byRowid ? '' : insert.returning.map(selected).join(', ');
  const batch = new Batch((shape) => {
    const names = given(insert.columns, shape);
    const into = `INSERT${insert.overridesConflicts ? ' OR ABORT' : ''} INTO ${table}`;
    const give = returning ? ` RETURNING ${returning}` : '';
    if (names.length === 0) return { sql: `${into} DEFAULT VALUES${give}` };
    const row = `(${names.map(() => '?').join(', ')})`;
    const sql = `${into} (${names.join(', ')}) VALUES ${row}${give}`;
    if (give) return { sql };
    const countsOn = byRowid && !names.includes(quote(rowid.name));
    return { sql, another: `, ${row}`, ...(countsOn && { largest: `SELECT max(${quote(rowid.name)}) FROM ${table}` }) };
  });
  const results: Record<string, unknown>[] = [];
  const wanted = byRowid ? 'rowids' : returning ? 'rows' : 'nothing';
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

/** Updates rows by their keys; see Dialect. */
export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  const conditions = update.keys.map(keyCondition);
  const where = conditions.map(({ sql }) => sql).join(' AND ');
  const keys = update.keyValues.map((column, index) => column.map((value) => conditions[index]?.bind(value) ?? value));
  const batch = new Batch((shape) => {
    const set = given(update.columns, shape).map((name) => `${name} = ?`);
    return {
      sql: `UPDATE${update.overridesConflicts ? ' OR ABORT' : ''} ${quoteTable(quote, update.table)} SET ${set.join(', ')} WHERE ${where}`,
    };
  });
  const run = (): Promise<unknown> => runMany(trx, { ...batch.take(), wanted: 'nothing' });
  for (let row = 0; row < update.count; row += 1) {
    batch.add(update.values, row, keys);
    if (batch.isFull) await run();
  }
  if (!batch.isEmpty) await run();
}

/** The first value that a statement finds for each row of bindings, null where it finds none. */
export async function firstValues(
  trx: Knex,
  sql: string,
  bindings: ColumnValues,
  count: number,
): Promise<(string | null)[]> {
  const batch = new Batch(() => ({ sql }));
  const found: (string | null)[] = [];
  const run = async (): Promise<void> => {
    const answer = await runMany(trx, { ...batch.take(), wanted: 'values' });
    if (answer && 'values' in answer) found.push(...(unpacked(answer.values) as (string | null)[]));
  };
  for (let row = 0; row < count; row += 1) {
    batch.add(bindings, row);
    if (batch.isFull) await run();
  }
  if (!batch.isEmpty) await run();
  return found;
}

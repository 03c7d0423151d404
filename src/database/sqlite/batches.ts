/** Many rows at once: one message, and one prepared statement per shape, which is faster in SQLite than one large statement. */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import type { ColumnInfo } from '../catalog';
import type { ColumnValues } from '../bulkWrites';
import type { Binding } from '../dialect';
import { assertOpen } from '../openTransaction';
import { quote } from './columns';
import { ThreadConnection } from './thread/connection';
import type { Many, ManyAnswer, ManyStatement } from './thread/messages';
import { packed, unpacked } from './thread/packing';
import { Statements } from './thread/statements';

/** The approximate size of one message in characters and bytes, so that large data is not copied all at once. */
const LARGEST_MESSAGE = 4_000_000;

/** Runs on the transaction's connection. Throws if the transaction has ended. If an application's hook has set the connection up, it is in this thread. */
export async function runMany(trx: Knex, many: Many): Promise<ManyAnswer> {
  const client = trx.client as { acquireConnection(): Promise<ThreadConnection | Database.Database> };
  const connection = await client.acquireConnection();
  assertOpen(trx);
  return connection instanceof ThreadConnection ? connection.many(many) : new Statements(connection).many(many);
}

/** Collects rows. Each row uses the statement for its given columns. */
export class Batch {
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

  /** Adds a row. Values are listed by column; `more` are bindings that every row has. */
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

  /** Returns the collected rows, and empties the batch. */
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

/** The quoted names of the columns with a 1 at their place in the shape. */
export const givenNames = (columns: readonly ColumnInfo[], shape: string): string[] =>
  columns.flatMap(({ name }, index) => (shape[index] === '1' ? [quote(name)] : []));

/** The first value that the statement finds for each row of bindings; null if it finds none. */
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

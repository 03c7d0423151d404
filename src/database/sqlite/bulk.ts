/** Many rows at once: one prepared statement a shape, which costs SQLite less than one large one, and one message for all. */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import type { ColumnInfo } from '../catalog';
import type { Binding, BulkInsert, BulkUpdate } from '../dialect';
import { nameQuoter, quoteTable } from '../quoting';
import { type Many, type ManyAnswer, rowOf } from './messages';
import { isSpeltTwoWays, selected } from './columns';
import { Statements } from './statements';
import { ThreadConnection } from './threadConnection';

const quote = nameQuoter('"');

/** On the transaction's connection, which is in this thread where an application's hook has set it up. */
async function runMany(trx: Knex.Transaction, many: Many): Promise<ManyAnswer> {
  const client = trx.client as { acquireConnection(): Promise<ThreadConnection | Database.Database> };
  const connection = await client.acquireConnection();
  return connection instanceof ThreadConnection ? connection.many(many) : new Statements(connection).many(many);
}

/** Collects rows, each under the statement for those of its columns that are given. */
class Batch {
  private readonly statements: { readonly sql: string; readonly width: number }[] = [];
  private readonly known = new Map<string, number>();
  private readonly order: number[] = [];
  private readonly values: Binding[] = [];

  constructor(private readonly sqlOf: (shape: string) => string) {}

  /** `more` are bindings that every row has. */
  add(row: readonly (Binding | undefined)[], more: readonly Binding[] = []): void {
    const start = this.values.length;
    let shape = '';
    for (const value of row) {
      shape += value === undefined ? '0' : '1';
      if (value !== undefined) this.values.push(value);
    }
    for (const value of more) this.values.push(value);
    let statement = this.known.get(shape);
    if (statement === undefined) {
      statement = this.statements.push({ sql: this.sqlOf(shape), width: this.values.length - start }) - 1;
      this.known.set(shape, statement);
    }
    this.order.push(statement);
  }

  run(trx: Knex.Transaction, wanted: Many['wanted']): Promise<ManyAnswer> {
    const { statements, order, values } = this;
    return runMany(trx, { statements, order: Uint32Array.from(order), values, wanted });
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
  const returning = byRowid ? '' : insert.returning.map(selected).join(', ');
  const batch = new Batch((shape) => {
    const names = given(insert.columns, shape);
    const values =
      names.length === 0 ? 'DEFAULT VALUES' : `(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
    return `INSERT INTO ${quoteTable(quote, insert.table)} ${values}${returning ? ` RETURNING ${returning}` : ''}`;
  });
  for (const row of insert.rows) batch.add(row);
  const answer = await batch.run(trx, byRowid ? 'rowids' : returning ? 'rows' : 'nothing');
  if (!answer) return insert.rows.map(() => ({}));
  if ('rowids' in answer) return Array.from(answer.rowids, (id) => ({ [rowid?.name ?? '']: id }));
  return answer.rows.map((row) => row && rowOf(answer.columns, row, 0)) as Record<string, unknown>[];
}

/** Updates rows by their keys; see Dialect. */
export async function updateRows(trx: Knex.Transaction, update: BulkUpdate): Promise<void> {
  const twoWays = update.keys.map(isSpeltTwoWays);
  const where = update.keys
    .map((key, index) => `${quote(key.name)} ${twoWays[index] ? 'IN (?, ?)' : '= ?'}`)
    .join(' AND ');
  const boundKey = twoWays.includes(true)
    ? (key: readonly Binding[]): readonly Binding[] =>
        key.flatMap((value, index) => (twoWays[index] ? [value, String(value).toUpperCase()] : [value]))
    : (key: readonly Binding[]) => key;
  const batch = new Batch((shape) => {
    const set = given(update.columns, shape).map((name) => `${name} = ?`);
    return `UPDATE ${quoteTable(quote, update.table)} SET ${set.join(', ')} WHERE ${where}`;
  });
  for (const { key, values } of update.rows) batch.add(values, boundKey(key));
  await batch.run(trx, 'nothing');
}

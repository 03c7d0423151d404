/** SQLite: the embedded default. One file, one writer, readers beside it (WAL). */
import type Database from 'better-sqlite3';
import makeKnex, { type Knex } from 'knex';
import type { Binding, Dialect } from '../dialect';
import { SILENT } from '../silentLog';
import { nameQuoter, quoteTable } from '../quoting';
import { readSqliteCatalog } from './catalog';
import { explainSqliteFailure } from './failures';

const quote = nameQuoter('"');
/** Waiting for the writer is done by retries, because a wait in SQLite stops the whole process. */
const BUSY_MILLISECONDS = 250;
const LONGEST_WAIT_FOR_CONNECTION = 10 * 60_000;

function fileOf(url: URL | string): string {
  return String(url).replace(/^sqlite:(\/\/)?/, '');
}

function open(file: string, connections: number): Knex {
  return makeKnex({
    client: 'better-sqlite3',
    log: SILENT,
    connection: { filename: file },
    useNullAsDefault: true,
    acquireConnectionTimeout: LONGEST_WAIT_FOR_CONNECTION,
    pool: {
      min: 0,
      max: connections,
      afterCreate: (connection: Database.Database, done: (error: Error | null, connection: unknown) => void) => {
        try {
          connection.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
          connection.pragma('journal_mode = WAL');
          connection.pragma('synchronous = NORMAL');
          connection.pragma('foreign_keys = ON');
          done(null, connection);
        } catch (error) {
          done(error as Error, connection);
        }
      },
    },
  });
}

/** SQLite works in this thread: other requests get their turn in between. */
const ROWS_A_TURN = 500;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** better-sqlite3 itself, on the transaction's connection. */
const connectionOf = (trx: Knex.Transaction): Promise<Database.Database> =>
  (trx.client as { acquireConnection(): Promise<Database.Database> }).acquireConnection();

/** Prepared statements for rows by which of their values are given. */
function statementsOf(
  connection: Database.Database,
  sqlOf: (shape: string) => string,
): (row: readonly (Binding | undefined)[]) => { prepared: Database.Statement; values: Binding[] } {
  const prepared = new Map<string, Database.Statement>();
  return (row) => {
    let shape = '';
    const values: Binding[] = [];
    for (const value of row) {
      shape += value === undefined ? '0' : '1';
      if (value !== undefined) values.push(value);
    }
    let statement = prepared.get(shape);
    if (!statement) prepared.set(shape, (statement = connection.prepare(sqlOf(shape).replaceAll('\\?', '?'))));
    return { prepared: statement, values };
  };
}

export const sqlite: Dialect = {
  name: 'sqlite',
  locksRows: false,
  modelsReturnKeys: true,
  connect: (url) => open(fileOf(url), 1),
  connectReader: (url) => open(fileOf(url), 4),
  readCatalog: readSqliteCatalog,

  selectColumn(knex, column) {
    // Integers beyond 2^53 would come back as rounded numbers.
    const big =
      column.type.kind === 'integer' && column.type.max > BigInt(Number.MAX_SAFE_INTEGER) && !column.autoIncrement;
    return big ? knex.raw('CAST(?? AS TEXT) AS ??', [column.name, column.name]) : column.name;
  },

  bind(type, value) {
    if (value === null || value === undefined) return null;
    switch (type.kind) {
      case 'boolean':
        return value ? 1 : 0;
      case 'integer':
        return typeof value === 'string' ? BigInt(value) : (value as number);
      case 'datetime':
        return (value as string).replace('T', ' ').replace(/Z$/, '');
      case 'json':
        return JSON.stringify(value);
      case 'binary':
        return Buffer.from(value as string, 'base64');
      default:
        return value as Binding;
    }
  },

  tupleCondition(_knex, columns, tuples) {
    const names = columns.map((column) => quote(column.name));
    const [first] = columns;
    // One binding, so that the statement is not parsed at length; JSON holds text and safe integers as they are.
    if (first && columns.length === 1 && (first.type.kind === 'string' || first.type.kind === 'integer')) {
      const values = tuples.map(([value]) => value);
      if (values.every((value) => typeof value === 'string' || typeof value === 'number'))
        return { sql: `${names[0]} IN (SELECT value FROM json_each(?))`, bindings: [JSON.stringify(values)] };
    }
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    return {
      sql:
        columns.length === 1
          ? `${names[0]} IN (${tuples.map(() => '?').join(', ')})`
          : `(${names.join(', ')}) IN (VALUES ${tuples.map(() => tuple).join(', ')})`,
      bindings: tuples.flat(),
    };
  },

  objectIdEquals(table, keys, objectId) {
    return keys
      .map((key, index) => {
        const part = keys.length === 1 ? objectId : `json_extract(${objectId}, '$[${index}]')`;
        const value = key.type.kind === 'integer' ? `CAST(${part} AS INTEGER)` : part;
        return `${quoteTable(quote, table)}.${quote(key.name)} = ${value}`;
      })
      .join(' AND ');
  },

  async classify(knex, collation, texts) {
    const rows = (await knex.raw(
      `SELECT DENSE_RANK() OVER (ORDER BY ${collation.expression.replace('?', 'value')}) AS class FROM json_each(?) ORDER BY key`,
      [JSON.stringify(texts)],
    )) as { class: number }[];
    return rows.map((row) => row.class);
  },

  // SQLite runs in this process: one prepared statement a shape costs less than one large one.
  async insertRows(trx, insert) {
    const connection = await connectionOf(trx);
    // An integer primary key is the row's id, which SQLite tells without being asked.
    const [rowid, ...others] = insert.returning;
    const byRowid = rowid?.autoIncrement === true && others.length === 0;
    const returning = byRowid ? '' : insert.returning.map((column) => quote(column.name)).join(', ');
    const statement = statementsOf(connection, (shape) => {
      const names = insert.columns.filter((_, index) => shape[index] === '1').map((column) => quote(column.name));
      const values =
        names.length === 0 ? 'DEFAULT VALUES' : `(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
      return `INSERT INTO ${quoteTable(quote, insert.table)} ${values}${returning ? ` RETURNING ${returning}` : ''}`;
    });
    const results: Record<string, unknown>[] = [];
    for (const [index, row] of insert.rows.entries()) {
      if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
      const { prepared, values } = statement(row);
      if (returning) results.push(prepared.get(...values) as Record<string, unknown>);
      else {
        const { lastInsertRowid } = prepared.run(...values);
        results.push(byRowid ? { [rowid.name]: Number(lastInsertRowid) } : {});
      }
    }
    return results;
  },

  async updateRows(trx, update) {
    const connection = await connectionOf(trx);
    const where = update.keys.map((key) => `${quote(key.name)} = ?`).join(' AND ');
    const statement = statementsOf(connection, (shape) => {
      const set = update.columns.filter((_, index) => shape[index] === '1').map(({ name }) => `${quote(name)} = ?`);
      return `UPDATE ${quoteTable(quote, update.table)} SET ${set.join(', ')} WHERE ${where}`;
    });
    for (const [index, row] of update.rows.entries()) {
      if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
      const { prepared, values } = statement(row.values);
      prepared.run(...values, ...row.key);
    }
  },

  // Of two transactions that come to write, one fails as busy.
  alone: (knex, work) => knex.transaction((trx) => work(trx)),

  async beginSync(trx) {
    // The first statement writes, so that the transaction holds the only writer's place before it reads.
    await trx('nsync_locks').where({ model: '' }).update({ model: '' });
  },

  explainFailure: explainSqliteFailure,
};

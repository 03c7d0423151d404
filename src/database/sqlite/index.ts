/** SQLite: the embedded default. One file, one writer, readers beside it (WAL). */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/better-sqlite3';
import type { ColumnInfo, ColumnType } from '../catalog';
import { equalPrefix } from '../conditions';
import type { Binding, Dialect } from '../dialect';
import { connectKnex } from '../knexClient';
import { connectionOf } from './connection';
import { held } from './held';
import { escapeMarks, nameQuoter, quoteTable } from '../quoting';
import { listSqliteTables, readSqliteCatalog } from './catalog';
import { afterCreate, type ConnectionSettings } from '../settings';
import { explainSqliteFailure } from './failures';

const quote = nameQuoter('"');
const quoteForKnex = (name: string): string => escapeMarks(quote(name));
/** Waiting for the writer is done by retries, because a wait in SQLite stops the whole process. */
const BUSY_MILLISECONDS = 250;
const LONGEST_WAIT_FOR_CONNECTION = 10 * 60_000;

/** What knex has of an application's file; its other options are about values. */
interface SqliteConnection {
  readonly filename?: string;
  readonly options?: { readonly nativeBinding?: string };
}

/** Throws an Error where each connection would have a database of its own, or another. */
function fileOf({ filename, options }: SqliteConnection): Knex.BetterSqlite3ConnectionConfig {
  if (!filename || /^(:memory:|file:)/.test(filename))
    throw new Error(
      `the SQLite database "${filename ?? ''}" cannot be shared by several connections: use the path of a file`,
    );
  return { filename, options: { nativeBinding: options?.nativeBinding } };
}

function open(settings: ConnectionSettings, connections: number): Knex {
  const { connection } = settings;
  return connectKnex('better-sqlite3', client, {
    connection:
      typeof connection === 'function'
        ? async () => fileOf((await connection()) as SqliteConnection)
        : fileOf(connection as SqliteConnection),
    useNullAsDefault: true,
    acquireConnectionTimeout: LONGEST_WAIT_FOR_CONNECTION,
    pool: {
      min: 0,
      max: connections,
      afterCreate: afterCreate<Database.Database>(settings, (connection, done) => {
        try {
          connection.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
          connection.pragma('journal_mode = WAL');
          connection.pragma('synchronous = NORMAL');
          connection.pragma('foreign_keys = ON');
          // For ids of objects with bytes as key.
          connection.function('nsync_bytes', { deterministic: true }, (base64) =>
            Buffer.from(String(base64), 'base64'),
          );
          done(null, connection);
        } catch (error) {
          done(error as Error, connection);
        }
      }),
    },
  });
}

/** SQLite works in this thread: other requests get their turn in between. */
const ROWS_A_TURN = 500;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
    // A key beyond 2^53 is given back as it is.
    if (!statement) prepared.set(shape, (statement = connection.prepare(sqlOf(shape)).safeIntegers()));
    return { prepared: statement, values };
  };
}

/** A column as an expression whose numbers arrive with all their digits: JavaScript's end at 2^53. */
function exactly({ name, type }: ColumnInfo): string {
  const column = quote(name);
  if (type.kind === 'decimal' && (type.precision ?? Infinity) > SAFE_DIGITS) return `CAST(${column} AS TEXT)`;
  const big = type.kind === 'integer' && type.max > BigInt(Number.MAX_SAFE_INTEGER);
  // Small numbers stay what they are, which costs less.
  return big
    ? `CASE WHEN ${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN ${column} ELSE CAST(${column} AS TEXT) END`
    : column;
}

const SAFE_DIGITS = 15;

const selected = (column: ColumnInfo): string => {
  const expression = exactly(column);
  return expression === quote(column.name) ? expression : `${expression} AS ${quote(column.name)}`;
};

/** A UUID is text here, and may be stored in capitals by others. */
const isSpeltTwoWays = ({ type }: ColumnInfo): boolean => type.kind === 'uuid';

/** Tuples with UUIDs in both spellings, so that an index is used. */
function inAllSpellings(columns: readonly ColumnInfo[], tuples: readonly (readonly Binding[])[]): typeof tuples {
  let all = tuples;
  columns.forEach((column, index) => {
    if (isSpeltTwoWays(column))
      all = all.flatMap((tuple) => [tuple, tuple.with(index, String(tuple[index]).toUpperCase())]);
  });
  return all;
}

/** Part of an object's id as a value of its column. */
const ID_PART: Partial<Record<ColumnType['kind'], (part: string) => string>> = {
  integer: (part) => `CAST(${part} AS INTEGER)`,
  decimal: (part) => `CAST(${part} AS NUMERIC)`,
  float: (part) => `CAST(${part} AS REAL)`,
  boolean: (part) => `(${part} IN ('true', 1))`,
  datetime: (part) => `replace(replace(${part}, 'T', ' '), 'Z', '')`,
  binary: (part) => `nsync_bytes(${part})`,
};

const whole = (value: string): Binding => (/^-?\d+$/.test(value) ? BigInt(value) : value);

/** Canonical values as they are stored, by kind; others are as they are. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  integer: (value) => (typeof value === 'string' ? whole(value) : (value as number)),
  // `5.00` would be taken for a number with a fraction, which has fewer exact digits.
  decimal: (value) => whole((value as string).replace(/\.0+$/, '')),
  datetime: (value) => (value as string).replace('T', ' ').replace(/Z$/, ''),
  json: (value) => JSON.stringify(value),
  binary: (value) => Buffer.from(value as string, 'base64'),
};

export const sqlite: Dialect = {
  name: 'sqlite',
  locksRows: false,
  modelsReturnKeys: true,
  readUrl: (url) => ({ connection: { filename: url.replace(/^sqlite:(\/\/)?/, '') } }),
  connect: (settings) => open(settings, 1),
  connectReader: (settings) => open(settings, 4),
  listTables: listSqliteTables,
  readCatalog: readSqliteCatalog,

  held,
  columnName: (column) => quoteForKnex(column.name),
  selectColumn: (knex, column) => knex.raw(escapeMarks(selected(column))),

  bind(type, value) {
    if (value === null || value === undefined) return null;
    return BINDINGS[type.kind]?.(value) ?? (value as Binding);
  },

  tupleCondition(_knex, columns, tuples) {
    const names = columns.map((column) => quoteForKnex(column.name));
    const spelt = columns.some(isSpeltTwoWays) ? inAllSpellings(columns, tuples) : tuples;
    const [first] = columns;
    if (first && columns.length === 1) {
      // One binding, so that the statement is not parsed at length; JSON holds text and safe integers as they are.
      const values = spelt.map(([value]) => value);
      const inJson = first.type.kind === 'string' || first.type.kind === 'integer' || first.type.kind === 'uuid';
      if (inJson && values.every((value) => typeof value === 'string' || typeof value === 'number'))
        return { sql: `${names[0]} IN (SELECT value FROM json_each(?))`, bindings: [JSON.stringify(values)] };
      return { sql: `${names[0]} IN (${spelt.map(() => '?').join(', ')})`, bindings: spelt.flat() };
    }
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    return {
      sql: `(${names.join(', ')}) IN (VALUES ${spelt.map(() => tuple).join(', ')})`,
      bindings: spelt.flat(),
    };
  },

  prefixedCondition: (knex, _table, prefix, column, values) => equalPrefix(sqlite, knex, prefix, column, values),

  objectIdEquals(table, keys, objectId) {
    return keys
      .map((key, index) => {
        const part = keys.length === 1 ? objectId : `json_extract(${objectId}, '$[${index}]')`;
        const name = `${quoteTable(quoteForKnex, table)}.${quoteForKnex(key.name)}`;
        if (isSpeltTwoWays(key)) return `${name} IN (${part}, upper(${part}))`;
        return `${name} = ${ID_PART[key.type.kind]?.(part) ?? part}`;
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
    const returning = byRowid ? '' : insert.returning.map(selected).join(', ');
    const statement = statementsOf(connection, (shape) => {
      const names = insert.columns.filter((_, index) => shape[index] === '1').map((column) => quote(column.name));
      const values =
        names.length === 0 ? 'DEFAULT VALUES' : `(${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
      return `INSERT INTO ${quoteTable(quote, insert.table)} ${values}${returning ? ` RETURNING ${returning}` : ''}`;
    });
    const results: Record<string, unknown>[] = [];
    for (let index = 0; index < insert.count; index += 1) {
      if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
      const { prepared, values } = statement(insert.values.map((column) => column[index]));
      if (returning) results.push(prepared.get(...values) as Record<string, unknown>);
      else {
        const { lastInsertRowid } = prepared.run(...values);
        results.push(byRowid ? { [rowid.name]: lastInsertRowid } : {});
      }
    }
    return results;
  },

  async updateRows(trx, update) {
    const connection = await connectionOf(trx);
    const twoWays = update.keys.map(isSpeltTwoWays);
    const where = update.keys
      .map((key, index) => `${quote(key.name)} ${twoWays[index] ? 'IN (?, ?)' : '= ?'}`)
      .join(' AND ');
    const boundKey = twoWays.includes(true)
      ? (key: readonly Binding[]): readonly Binding[] =>
          key.flatMap((value, index) => (twoWays[index] ? [value, String(value).toUpperCase()] : [value]))
      : (key: readonly Binding[]) => key;
    const statement = statementsOf(connection, (shape) => {
      const set = update.columns.filter((_, index) => shape[index] === '1').map(({ name }) => `${quote(name)} = ?`);
      return `UPDATE ${quoteTable(quote, update.table)} SET ${set.join(', ')} WHERE ${where}`;
    });
    for (let index = 0; index < update.count; index += 1) {
      if (index % ROWS_A_TURN === ROWS_A_TURN - 1) await nextTurn();
      const { prepared, values } = statement(update.values.map((column) => column[index]));
      prepared.run(...values, ...boundKey(update.keyValues.map((column) => column[index] ?? null)));
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

/** SQLite: the embedded default. One file, one writer, readers beside it (WAL). */
import type Database from 'better-sqlite3';
import makeKnex, { type Knex } from 'knex';
import { insertInParts } from '../bulkInsert';
import type { Binding, Dialect } from '../dialect';
import { SILENT } from '../silentLog';
import { nameQuoter, quoteTable } from '../quoting';
import { readSqliteCatalog } from './catalog';
import { explainSqliteFailure } from './failures';

const quote = nameQuoter('"');
const LIMITS = { bindings: 30_000, bytes: 64 * 1024 * 1024, defaultKeyword: false };
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

export const sqlite: Dialect = {
  name: 'sqlite',
  locksRows: false,
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

  insertRows(trx, insert) {
    const returning = insert.returning.map((column) => quote(column.name)).join(', ');
    return insertInParts(quote, insert, LIMITS, 'DEFAULT VALUES', async (sql, bindings) => {
      if (!returning) {
        await trx.raw(sql, bindings);
        return [];
      }
      return (await trx.raw(`${sql} RETURNING ${returning}`, bindings)) as Record<string, unknown>[];
    });
  },

  async updateRows(trx, update) {
    // SQLite runs in this process: one prepared statement a shape costs less than one large one.
    const connection = (await trx.client.acquireConnection()) as Database.Database;
    const statements = new Map<string, Database.Statement>();
    const where = update.keys.map((key) => `${quote(key.name)} = ?`).join(' AND ');
    for (const row of update.rows) {
      const columns = update.columns.filter((_, index) => row.values[index] !== undefined);
      const sql =
        `UPDATE ${quoteTable(quote, update.table)} SET ${columns.map((column) => `${quote(column.name)} = ?`).join(', ')} WHERE ${where}`.replaceAll(
          '\\?',
          '?',
        );
      const statement = statements.get(sql) ?? connection.prepare(sql);
      statements.set(sql, statement);
      statement.run(...row.values.filter((value) => value !== undefined), ...row.key);
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

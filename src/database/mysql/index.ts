/** MySQL and MariaDB: the production databases. */
import type { Knex } from 'knex';
import type { ColumnType } from '../catalog';
import type { Binding, Dialect } from '../dialect';
import { connectKnex } from '../knexClient';
import { inTransaction } from '../retry';
import { mysqlLackedRights } from './rights';
import { escapeMarks, quoteTable } from '../quoting';
import { bytesOf, jsonText } from '../../spellings';
import { abilitiesOf } from './abilities';
import { isClean, MysqlClient } from './client';
import { listMysqlTables, mysqlTablesWithoutTransactions, readMysqlCatalog } from './catalog';
import { afterCreate, withOwn } from '../settings';
import { explainMysqlFailure } from './failures';
import { inCollation, literal, quoteForKnex, selected } from './literals';
import { insertRows, moveSequence, type RawConnection, updateRows } from './writes';

/**
 * Nothing silently cut (STRICT), a given id of 0 stays 0, and text is written with backslash escapes as mysql2 does. Dates of zeros are
 * values here: tables hold them, and have them as defaults.
 */
const SQL_MODE = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION';

/** nsync's own tables need transactions, whatever engine the server's default is (R43). */
const OWN_ENGINE = 'default_storage_engine = InnoDB';

/** How mysql2 gives and takes values. */
const VALUES = {
  charset: 'utf8mb4',
  timezone: 'Z',
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: false,
  decimalNumbers: false,
  jsonStrings: true,
  typeCast: true,
  rowsAsArray: false,
  nestTables: false,
  namedPlaceholders: false,
};

/** What means something to knex or the driver in a statement that has placeholders. */
const MARKED = /[\0'"`\\?:\x1a]/;

/** A value in the text, or where that might be misread as a binding: the driver takes its time with each placeholder. */
function inline(value: Binding, bindings: Binding[]): string {
  if (typeof value === 'string' ? !MARKED.test(value) : typeof value === 'number') return literal(value);
  bindings.push(value);
  return '?';
}

/** So many are found as quickly by a condition. */
const FEW_VALUES = 20;

const ALONE_WAIT_SECONDS = 600;

/** A connection that is idle for so long belongs to a process that has stopped: live runs send something more often. */
const MOST_IDLE_SECONDS = 45;
/** Whoever holds a lock for others' work is idle meanwhile. */
const MOST_ALONE_SECONDS = 8 * 3600;

/** Sorting sees the first 1024 bytes of a text's weights: equal ones among longer texts are looked for by comparison. */
const LONGEST_SORTED = 100;

/** Canonical values as the driver takes them, by kind; others are as they are. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  // As a quoted text it would be compared as a double.
  integer: (value) => (typeof value === 'string' ? BigInt(value) : (value as number)),
  datetime: (value) => (value as string).replace('T', ' ').replace(/Z$/, ''),
  json: jsonText,
  binary: (value) => bytesOf(value as string),
};

type IdParts = {
  readonly [K in ColumnType['kind']]?: (part: string, type: Extract<ColumnType, { kind: K }>) => string;
};

/** Part of an object's id as a value of its column, so that the key's index is used. */
const ID_PART: IdParts = {
  string: (part, type) => inCollation(type, part),
  enum: (part, type) => inCollation(type, part),
  integer: (part, { min }) => `CAST(${part} AS ${min < 0n ? 'SIGNED' : 'UNSIGNED'})`,
  decimal: (part, { scale }) => `CAST(${part} AS DECIMAL(65, ${scale ?? 0}))`,
  boolean: (part) => `(${part} IN ('true', '1'))`,
  datetime: (part) => `CAST(TRIM(TRAILING 'Z' FROM ${part}) AS DATETIME(6))`,
  binary: (part) => `FROM_BASE64(SUBSTRING_INDEX(${part}, ':', -1))`,
};

const idPart = (type: ColumnType, part: string): string =>
  (ID_PART[type.kind] as ((part: string, type: ColumnType) => string) | undefined)?.(part, type) ?? part;

/** Errors are read by their sentences, which a server may write in any language. */
const LANGUAGE = `lc_messages = 'en_US'`;

const SESSION = `SET time_zone = '+00:00', sql_mode = '${SQL_MODE}', ${OWN_ENGINE}, ${LANGUAGE}, wait_timeout = ${MOST_IDLE_SECONDS}`;

const MOST_CONNECTIONS = 12;

export const mysql: Dialect = {
  name: 'mysql',
  locksRows: true,
  savepointsNest: false,
  modelsReturnKeys: false,

  readUrl(url) {
    const { hostname, port, username, password, pathname, searchParams } = new URL(url);
    const socketPath = searchParams.get('socketPath') ?? undefined;
    return {
      connection: {
        host: hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
        port: port ? Number(port) : 3306,
        ...(socketPath ? { socketPath } : {}),
        user: decodeURIComponent(username) || 'root',
        password: decodeURIComponent(password),
        database: decodeURIComponent(pathname.slice(1)),
        ...(searchParams.get('ssl') === 'true' ? { ssl: {} } : {}),
      },
    };
  },

  clock: 'UTC_TIMESTAMP(3)',
  secondsSince: (column) => `(TIMESTAMPDIFF(MICROSECOND, ${column}, UTC_TIMESTAMP(3)) / 1000000)`,

  connect(settings, connections = MOST_CONNECTIONS) {
    const config: Knex.Config = {
      connection: withOwn(settings.connection, VALUES),
      pool: {
        min: 0,
        max: connections,
        afterCreate: afterCreate<RawConnection>(settings, (connection, done) => {
          connection.query(SESSION, (error) => {
            if (error) done(error, connection);
            else
              connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (failed) =>
                done(failed, connection),
              );
          });
        }),
      },
    };
    return connectKnex('mysql2', MysqlClient, config, { isClean, explainFailure: explainMysqlFailure });
  },

  listTables: listMysqlTables,
  readCatalog: readMysqlCatalog,
  lackedRights: mysqlLackedRights,
  tablesWithoutTransactions: mysqlTablesWithoutTransactions,
  columnName: (column) => quoteForKnex(column.name),
  selectColumn: (knex, column) => knex.raw(escapeMarks(selected(column))),

  bind(type, value) {
    if (value === null || value === undefined) return null;
    if (type.kind === 'float') return type.single ? Math.fround(value as number) : (value as number);
    return BINDINGS[type.kind]?.(value) ?? (value as Binding);
  },

  tupleCondition(_knex, columns, tuples) {
    const names = columns.map((column) => quoteForKnex(column.name));
    const bindings: Binding[] = [];
    const item = (value: Binding): string => inline(value, bindings);
    const isSingle = columns.length === 1;
    const items = tuples.map((tuple) => (isSingle ? item(tuple[0] ?? null) : `(${tuple.map(item).join(', ')})`));
    return { sql: `${isSingle ? names[0] : `(${names.join(', ')})`} IN (${items.join(', ')})`, bindings };
  },

  prefixedCondition(knex, _table, prefix, column, values) {
    const bindings: Binding[] = [];
    const equal = prefix.map(([{ name }, value]) => `${quoteForKnex(name)} = ${inline(value, bindings)} AND `);
    const among = mysql.tupleCondition(knex, [column], values.map((value) => [value])); // prettier-ignore
    return { sql: equal.join('') + among.sql, bindings: [...bindings, ...among.bindings] };
  },

  async joinAmong(knex, query, table, prefix, column, values) {
    const { type } = column;
    const isText = type.kind === 'string' || type.kind === 'enum';
    if (!isText || values.length < FEW_VALUES || !(await abilitiesOf(knex)).tableValues) return false;
    const bindings: Binding[] = [];
    const items = values.map((value) => `(${inline(value, bindings)})`);
    const [rows, name] = [quoteTable(quoteForKnex, table), quoteForKnex(column.name)];
    // The values have the connection's collation, which must not meet the column's; one that is exact prevails.
    const compared = escapeMarks(inCollation(type, 'nsync_value'));
    // In this order, whatever the server takes the tables to hold.
    void query
      .with('nsync_among', ['nsync_value'], knex.raw(`VALUES ${items.join()}`, bindings as Knex.RawBinding[]))
      .from(knex.raw(`nsync_among STRAIGHT_JOIN ${rows} ON ${rows}.${name} = ${compared}`));
    for (const [{ name: first }, value] of prefix) {
      const bound: Binding[] = [];
      void query.whereRaw(`${quoteForKnex(first)} = ${inline(value, bound)}`, bound as Knex.RawBinding[]);
    }
    return true;
  },

  objectIdEquals(table, keys, objectId) {
    return keys
      .map((key, index) => {
        const part = keys.length === 1 ? objectId : `JSON_VALUE(${objectId}, '$[${index}]')`;
        return `${quoteTable(quoteForKnex, table)}.${quoteForKnex(key.name)} = ${idPart(key.type, part)}`;
      })
      .join(' AND ');
  },

  async classify(knex, collation, texts) {
    // The charset is named: a column of a table function would have the database's own, which may lack characters.
    const given = `JSON_TABLE(?, '$[*]' COLUMNS (i FOR ORDINALITY, t LONGTEXT CHARACTER SET utf8mb4 PATH '$')) j`;
    // The sort keys of uca1400 tell apart what it calls equal by accent or case: they rank its most tolerant sibling.
    const sorted = collation.expression.replace(/(_uca1400_(?:\w+_)?)a[is]_c[is]\b/, '$1ai_ci');
    const ranked = `SELECT i, k, DENSE_RANK() OVER (ORDER BY s) AS class
                      FROM (SELECT i, ${collation.expression.replace('?', 't')} AS k, ${sorted.replace('?', 't')} AS s FROM ${given}) v`;
    const isCoarse = sorted !== collation.expression || texts.some((text) => text.length > LONGEST_SORTED);
    const [rows] = (await knex.raw(
      isCoarse
        ? `WITH r AS (${ranked}) SELECT a.i, MIN(b.i) AS class FROM r a JOIN r b ON a.class = b.class AND a.k = b.k GROUP BY a.i ORDER BY a.i`
        : `SELECT i, class FROM (${ranked}) r ORDER BY i`,
      [JSON.stringify(texts)],
    )) as [{ class: number }[]];
    return rows.map((row) => Number(row.class));
  },

  insertRows,
  updateRows,
  usesUpNumbers: true,
  moveSequence,

  // Changes of tables end a transaction here: the lock is its connection's, and the work has others.
  alone: (knex, work) =>
    inTransaction(knex, async (trx) => {
      await trx.raw(`SET wait_timeout = ${MOST_ALONE_SECONDS}`);
      await trx.raw("SELECT GET_LOCK(CONCAT('nsync:', SHA2(DATABASE(), 224)), ?)", [ALONE_WAIT_SECONDS]);
      try {
        return await work(knex);
      } finally {
        await trx.raw("SELECT RELEASE_LOCK(CONCAT('nsync:', SHA2(DATABASE(), 224)))");
        await trx.raw(`SET wait_timeout = ${MOST_IDLE_SECONDS}`);
      }
    }),

  async beginSync() {},

  explainFailure: explainMysqlFailure,
};

/** MySQL and MariaDB: the production databases. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/mysql2';
import { escape } from 'mysql2';
import { cutRows } from '../bulkInsert';
import type { Collation, ColumnInfo, ColumnType } from '../catalog';
import { equalPrefix } from '../conditions';
import type { Binding, BulkInsert, Dialect } from '../dialect';
import { connectKnex } from '../knexClient';
import { escapeMarks, nameQuoter, quoteTable } from '../quoting';
import { listMysqlTables, readMysqlCatalog } from './catalog';
import { afterCreate, withOwn } from '../settings';
import { explainMysqlFailure } from './failures';

const quote = nameQuoter('`');
const quoteForKnex = (name: string): string => escapeMarks(quote(name));
/** mysql2 puts values into the text, so only `max_allowed_packet` (16 MB by default) limits a statement. */
const LIMITS = { bindings: 1_000_000, bytes: 8 * 1024 * 1024 };

/** Nothing silently cut (STRICT), a given id of 0 stays 0, and text is written with backslash escapes as mysql2 does. */
const SQL_MODE =
  'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION';

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

interface RawConnection {
  query(sql: string, done: (error: Error | null, result?: unknown) => void): void;
}

/** A statement without bindings, past knex: it would search the text of many rows for marks to bind. */
async function run<T>(trx: Knex.Transaction, sql: string): Promise<T> {
  const client = trx.client as { acquireConnection(): Promise<RawConnection> };
  const connection = await client.acquireConnection();
  return new Promise((resolve, reject) => {
    connection.query(sql, (error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

/** What means something else between quotes. */
const UNSAFE = /[\0'\\\x1a]/;

/** What means something to knex or the driver in a statement that has placeholders. */
const MARKED = /[\0'"`\\?:\x1a]/;

/** A value as text of a statement; what needs more than quotes goes by the driver's own rules. */
function literal(value: Binding | undefined): string {
  if (value === undefined) return 'DEFAULT';
  if (value === null) return 'NULL';
  if (typeof value === 'string' && !UNSAFE.test(value)) return `'${value}'`;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : escape(value);
}

function insertStatement({ table, columns }: BulkInsert, rows: readonly BulkInsert['rows'][number][]): string {
  // Columns that no row gives are not named, so that a default of any kind applies.
  const given = columns.flatMap((_, index) => (rows.some((row) => row[index] !== undefined) ? [index] : []));
  const names = given.map((index) => quote(columns[index]?.name ?? ''));
  let tuples = '';
  for (const row of rows) {
    tuples += tuples === '' ? '(' : ',(';
    for (let place = 0; place < given.length; place += 1)
      tuples += (place === 0 ? '' : ',') + literal(row[given[place] ?? -1]);
    tuples += ')';
  }
  return `INSERT INTO ${quoteTable(quote, table)} (${names.join(', ')}) VALUES ${tuples}`;
}

/** Whether RETURNING may follow an INSERT: MariaDB since 10.5, MySQL never. */
const returningByClient = new WeakMap<object, boolean>();

async function supportsReturning(trx: Knex): Promise<boolean> {
  const config = trx.client.config as object;
  const known = returningByClient.get(config);
  if (known !== undefined) return known;
  const [[row]] = (await trx.raw('SELECT VERSION() AS version')) as [[{ version: string }]];
  const [major = 0, minor = 0] = row.version.split('.').map((part) => parseInt(part, 10));
  const supported = /mariadb/i.test(row.version) && (major > 10 || (major === 10 && minor >= 5));
  returningByClient.set(config, supported);
  return supported;
}

const ALONE_WAIT_SECONDS = 600;

/** Sorting sees the first 1024 bytes of a text's weights: equal ones among longer texts are looked for by comparison. */
const LONGEST_SORTED = 100;

/** Columns that the driver would give less exactly: a float with six digits, bits as bytes. */
function selected({ name, type, sqlType }: ColumnInfo): string {
  const column = quote(name);
  if (type.kind === 'float' && type.single) return `${column} + 0e0 AS ${column}`;
  return /^bit\b/i.test(sqlType) ? `${column} + 0 AS ${column}` : column;
}

/** Canonical values as the driver takes them, by kind; others are as they are. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  // As a quoted text it would be compared as a double.
  integer: (value) => (typeof value === 'string' ? BigInt(value) : (value as number)),
  datetime: (value) => (value as string).replace('T', ' ').replace(/Z$/, ''),
  json: (value) => JSON.stringify(value),
  binary: (value) => Buffer.from(value as string, 'base64'),
};

type IdParts = {
  readonly [K in ColumnType['kind']]?: (part: string, type: Extract<ColumnType, { kind: K }>) => string;
};

const collated = (part: string, { collation }: { readonly collation: Collation }): string =>
  collation.kind === 'collated' ? collation.expression.replace('?', part) : part;

/** Part of an object's id as a value of its column, so that the key's index is used. */
const ID_PART: IdParts = {
  string: collated,
  enum: collated,
  integer: (part, { min }) => `CAST(${part} AS ${min < 0n ? 'SIGNED' : 'UNSIGNED'})`,
  decimal: (part, { scale }) => `CAST(${part} AS DECIMAL(65, ${scale ?? 0}))`,
  boolean: (part) => `(${part} IN ('true', '1'))`,
  datetime: (part) => `CAST(TRIM(TRAILING 'Z' FROM ${part}) AS DATETIME(6))`,
  binary: (part) => `FROM_BASE64(${part})`,
};

const idPart = (type: ColumnType, part: string): string =>
  (ID_PART[type.kind] as ((part: string, type: ColumnType) => string) | undefined)?.(part, type) ?? part;

export const mysql: Dialect = {
  name: 'mysql',
  locksRows: true,
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

  connect(settings) {
    return connectKnex('mysql2', client, {
      connection: withOwn(settings.connection, VALUES),
      pool: {
        min: 0,
        max: 12,
        afterCreate: afterCreate<RawConnection>(settings, (connection, done) => {
          connection.query(`SET time_zone = '+00:00', sql_mode = '${SQL_MODE}'`, (error) => {
            if (error) done(error, connection);
            else
              connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', (failed) =>
                done(failed, connection),
              );
          });
        }),
      },
    });
  },

  listTables: listMysqlTables,
  readCatalog: readMysqlCatalog,
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
    const item = (value: Binding): string => {
      // The driver takes its time with each placeholder.
      if (typeof value === 'string' ? !MARKED.test(value) : typeof value === 'number') return literal(value);
      bindings.push(value);
      return '?';
    };
    const isSingle = columns.length === 1;
    const items = tuples.map((tuple) => (isSingle ? item(tuple[0] ?? null) : `(${tuple.map(item).join(', ')})`));
    return { sql: `${isSingle ? names[0] : `(${names.join(', ')})`} IN (${items.join(', ')})`, bindings };
  },

  prefixedCondition: (knex, _table, prefix, column, values) => equalPrefix(mysql, knex, prefix, column, values),

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

  async insertRows(trx, insert) {
    const returning = insert.returning.map(selected).join(', ');
    const withReturning = returning !== '' && (await supportsReturning(trx));
    const results: Record<string, unknown>[] = [];
    for (const part of cutRows(
      insert.rows.map((values) => ({ values })),
      LIMITS,
    )) {
      const sql = insertStatement(insert, part.map(({ values }) => values)); // prettier-ignore
      if (withReturning) {
        results.push(...(await run<Record<string, unknown>[]>(trx, `${sql} RETURNING ${returning}`)));
        continue;
      }
      const { insertId } = await run<{ insertId: number }>(trx, sql);
      const generated = insert.returning.find((column) => column.autoIncrement);
      if (!generated) continue;
      // A simple multi-row INSERT gets consecutive ids (innodb_autoinc_lock_mode), apart by auto_increment_increment.
      const [{ step } = { step: 1 }] = await run<{ step: number }[]>(trx, 'SELECT @@auto_increment_increment AS step');
      results.push(...part.map((_, index) => ({ [generated.name]: insertId + index * step })));
    }
    return results;
  },

  async updateRows(trx, update) {
    const rows = update.rows.map((row) => ({ values: [...row.key, ...row.values], row }));
    for (const part of cutRows(rows, LIMITS)) {
      const partial = update.columns.map((_, index) => part.some(({ row }) => row.values[index] === undefined));
      const selects = part.map(({ row }, position) => {
        const items: string[] = [];
        const item = (value: Binding, name: string): void => {
          items.push(position === 0 ? `${literal(value)} AS ${name}` : literal(value));
        };
        row.key.forEach((value, index) => item(value, `k${index}`));
        row.values.forEach((value, index) => {
          item(value ?? null, `v${index}`);
          if (partial[index]) item(value === undefined ? 0 : 1, `g${index}`);
        });
        return `SELECT ${items.join(', ')}`;
      });
      // A text from a derived table has the connection's collation, which must not meet the column's.
      const on = update.keys.map((key, index) => {
        const isText = key.type.kind === 'string' || key.type.kind === 'enum';
        if (!isText || key.type.collation.kind === 'exact') return `t.${quote(key.name)} = v.k${index}`;
        return `t.${quote(key.name)} = ${key.type.collation.expression.replace('?', `v.k${index}`)}`;
      });
      const set = update.columns.map((column, index) => {
        const name = `t.${quote(column.name)}`;
        return partial[index] ? `${name} = IF(v.g${index}, v.v${index}, ${name})` : `${name} = v.v${index}`;
      });
      await run(
        trx,
        `UPDATE ${quoteTable(quote, update.table)} t JOIN (${selects.join(' UNION ALL ')}) v ON ${on.join(' AND ')} SET ${set.join(', ')}`,
      );
    }
  },

  // Changes of tables end a transaction here: the lock is its connection's, and the work has others.
  alone: (knex, work) =>
    knex.transaction(async (trx) => {
      await trx.raw("SELECT GET_LOCK(CONCAT('nsync:', MD5(DATABASE())), ?)", [ALONE_WAIT_SECONDS]);
      try {
        return await work(knex);
      } finally {
        await trx.raw("SELECT RELEASE_LOCK(CONCAT('nsync:', MD5(DATABASE())))");
      }
    }),

  async beginSync() {},

  explainFailure: explainMysqlFailure,
};

/** PostgreSQL, equal to MySQL in production. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/postgres';
import pg from 'pg';
import type { ColumnInfo, ColumnType } from '../catalog';
import type { Binding, Dialect, SqlFragment } from '../dialect';
import { connectKnex } from '../knexClient';
import { arrayLiteral } from './arrays';
import { arrayType, cast, outputText, quote, selected } from './columns';
import { insertRows } from './inserts';
import { moveSequence } from './sequences';
import { updateRows } from './updates';
import { held } from './held';
import { inTransaction } from '../retry';
import { postgresLackedRights } from './rights';
import { escapeMarks, quoteTable } from '../quoting';
import { bytesOf, jsonText } from '../../spellings';
import { listPostgresTables, readPostgresCatalog } from './catalog';
import { afterCreate, withOwn } from '../settings';
import { explainPostgresFailure } from './failures';
import { spell } from './spellings';

/** What the driver reads; all else is left as the database's text, so that no digit and no day is lost. */
const READ_BY_DRIVER = new Set<number>([
  pg.types.builtins.BOOL,
  pg.types.builtins.BYTEA,
  pg.types.builtins.INT2,
  pg.types.builtins.INT4,
  pg.types.builtins.OID,
  pg.types.builtins.FLOAT4,
  pg.types.builtins.FLOAT8,
  1009, // text[], of which the catalog's queries make use
]);

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    READ_BY_DRIVER.has(oid) ? pg.types.getTypeParser(oid, format) : (value: string) => value,
};

/** A transaction that is idle for so long belongs to a process that has stopped; live runs send something more often. */
const MOST_IDLE = "SET idle_in_transaction_session_timeout = '45s'";
/** Values have one spelling each. Queries of the catalog would take longer to compile than to run. */
const SESSION = `SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET jit = off; SET bytea_output = 'hex'; ${MOST_IDLE}`;

/** Any number that other applications on the database are unlikely to use. */
const ALONE_LOCK = 0x6e73796e;

/** A canonical array as PostgreSQL reads it: its elements as they are bound, within quotes. */
function elementsLiteral(type: ColumnType, values: readonly unknown[]): string {
  const element = type.kind === 'other' ? type.element : undefined;
  const parts = values.map((value) =>
    Array.isArray(value) && element?.kind !== 'json'
      ? elementsLiteral(type, value)
      : arrayLiteral([element ? postgres.bind(element, value) : (value as Binding)]).slice(1, -1),
  );
  return `{${parts.join(',')}}`;
}

/** What the server said last of the connection: idle, and not within a transaction. */
const isClean = (connection: pg.Client): boolean => connection.getTransactionStatus() === 'I';

const asText = (name: string): string => `${name}::text`;

/** ISO 8601 without zeros at the end. */
const isoText = (local: string): string =>
  `CASE WHEN isfinite(${local}) THEN rtrim(rtrim(to_char(${local}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' ||
     CASE WHEN extract(year FROM ${local}) < 0 THEN ' BC' ELSE '' END ELSE (${local})::text END`;

/** A key as the text that it has in an object's id, by kind; of others its own text. */
const ID_TEXT: Partial<Record<ColumnType['kind'], (name: string, type: ColumnType) => string>> = {
  binary: (name) => `'base64:' || replace(encode(${name}, 'base64'), E'\\n', '')`,
  datetime: (name, type) => isoText(type.kind === 'datetime' && type.zoned ? `${name} AT TIME ZONE 'UTC'` : name),
  decimal: (name, type) =>
    type.kind === 'decimal' && type.scale === undefined ? `trim_scale(${name})::text` : asText(name),
  other: outputText,
};

/** A key as part of a composite one, where it is no text: a number beyond 2^53 is one. */
const ID_JSON: Partial<Record<ColumnType['kind'], (name: string, text: string) => string>> = {
  integer: (name, text) =>
    `CASE WHEN ${name} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN to_jsonb(${name}) ELSE to_jsonb(${text}) END`,
  float: (name) => name,
  boolean: (name) => name,
};

/**
 * Rows of a table, each looked up by itself: of a table that grows within a transaction the planner takes the first columns
 * to be enough, and reads all that they find.
 */
function lookedUp(
  table: string,
  prefix: readonly (readonly [ColumnInfo, Binding])[],
  column: ColumnInfo,
  values: readonly Binding[],
  wanted: 'ctid' | '*',
): SqlFragment {
  const equal = prefix.map(([{ name }]) => `t.${quote(name)} = ? AND `).join('');
  return {
    sql: `unnest(?::${arrayType(column)}[]) AS v(value) CROSS JOIN LATERAL
              (SELECT t.${wanted} FROM ${quoteTable(quote, table)} t WHERE ${equal}t.${quote(column.name)} = v.value OFFSET 0) AS found`,
    bindings: [arrayLiteral(values), ...prefix.map(([, value]) => value)],
  };
}

const MOST_CONNECTIONS = 12;

export const postgres: Dialect = {
  name: 'postgres',
  locksRows: true,
  savepointsNest: true,
  modelsReturnKeys: true,

  readUrl: (url) => ({ connection: { connectionString: url } }),

  clock: 'clock_timestamp()',
  secondsSince: (column) => `EXTRACT(EPOCH FROM clock_timestamp() - ${column})::float8`,

  connect(settings, connections = MOST_CONNECTIONS) {
    const config: Knex.Config = {
      connection: withOwn(settings.connection, { types, pipeline: true }),
      searchPath: settings.searchPath,
      pool: {
        min: 0,
        max: connections,
        afterCreate: afterCreate<pg.Client>(settings, (connection, done) => {
          connection.query(SESSION, (error) => done(error, connection));
        }),
      },
    };
    return connectKnex('pg', client, config, { isClean, explainFailure: explainPostgresFailure });
  },

  listTables: listPostgresTables,
  readCatalog: readPostgresCatalog,
  lackedRights: postgresLackedRights,
  held,
  columnName: (column) => quote(column.name),
  selectColumn: (knex, column) => knex.raw(selected(column)),

  bind(type, value) {
    if (value === null || value === undefined) return null;
    if (type.kind === 'json') return jsonText(value);
    if (type.kind === 'binary') return bytesOf(value as string);
    // Without a zone the column keeps the wall clock of UTC.
    if (type.kind === 'datetime') return type.zoned ? (value as string) : (value as string).replace(/Z( BC)?$/, '$1');
    return Array.isArray(value) ? elementsLiteral(type, value) : (value as Binding);
  },

  tupleCondition(_knex, columns, tuples) {
    const [first] = columns;
    const names = columns.map((column) => quote(column.name));
    const arrays = columns.map((_, index) => arrayLiteral(tuples.map((tuple) => tuple[index])));
    if (columns.length === 1 && first && first.type.kind !== 'other')
      return { sql: `${names[0]} = ANY(?::${arrayType(first)}[])`, bindings: arrays };
    const unnest = columns.map((column) => `?::${arrayType(column)}[]`).join(', ');
    const values = columns.map((column, place) => cast(column, `c${place}`)).join(', ');
    return {
      sql: `(${names.join(', ')}) IN (SELECT ${values} FROM unnest(${unnest}) AS v(${columns.map((_, place) => `c${place}`).join(', ')}))`,
      bindings: arrays,
    };
  },

  prefixedCondition(_knex, table, prefix, column, values) {
    const { sql, bindings } = lookedUp(table, prefix, column, values, 'ctid');
    return { sql: `ctid = ANY(ARRAY(SELECT found.ctid FROM ${sql}))`, bindings };
  },

  joinAmong(knex, query, table, prefix, column, values) {
    // By one column tupleCondition is as quick.
    if (prefix.length === 0) return Promise.resolve(false);
    const { sql, bindings } = lookedUp(table, prefix, column, values, '*');
    void query.from(knex.raw(sql, bindings as Knex.RawBinding[]));
    return Promise.resolve(true);
  },

  objectIdEquals(table, keys, objectId) {
    // The key becomes text, and not the text a key: another model's ids might be none of this type.
    const names = keys.map((key) => `${quoteTable(quote, table)}.${quote(key.name)}`);
    const texts = keys.map(({ type }, index) => (ID_TEXT[type.kind] ?? asText)(names[index] ?? '', type));
    if (keys.length === 1) return `${texts[0]} = ${objectId}`;
    const parts = keys.map(({ type }, index) =>
      (ID_JSON[type.kind] ?? ((_, text) => text))(names[index] ?? '', texts[index] ?? ''),
    );
    return `CASE WHEN ${objectId} LIKE '[%' THEN jsonb_build_array(${parts.join(', ')}) = ${objectId}::jsonb ELSE FALSE END`;
  },

  async classify(knex, collation, texts) {
    const { rows } = (await knex.raw(
      `SELECT DENSE_RANK() OVER (ORDER BY ${escapeMarks(collation.expression.replace('?', 't'))}) AS class
         FROM unnest(?::text[]) WITH ORDINALITY v(t, i) ORDER BY i`,
      [arrayLiteral(texts)],
    )) as { rows: { class: string }[] };
    return rows.map((row) => Number(row.class));
  },

  spell,

  insertRows,

  updateRows,

  usesUpNumbers: true,
  moveSequence,

  alone: (knex, work) =>
    inTransaction(knex, async (trx) => {
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [ALONE_LOCK]);
      return work(trx);
    }),

  async beginSync(trx) {
    // A constraint that waits for the commit could not be laid at a row's door. What is looked up by an index is to be so
    // even where the database, which has not analysed what this transaction writes, would rather read a table as a whole.
    await trx.raw('SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL enable_seqscan = off; SET LOCAL jit = off');
  },

  explainFailure: explainPostgresFailure,
};

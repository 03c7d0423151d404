/** PostgreSQL, equal to MySQL in production. */
import client from 'knex/lib/dialects/postgres';
import pg from 'pg';
import { cutRows, groupByGivenColumns } from '../bulkInsert';
import type { ColumnInfo, ColumnType } from '../catalog';
import type { Binding, Dialect } from '../dialect';
import { connectKnex } from '../knexClient';
import { escapeMarks, nameQuoter, quoteTable } from '../quoting';
import { listPostgresTables, readPostgresCatalog } from './catalog';
import { afterCreate, withOwn } from '../settings';
import { explainPostgresFailure } from './failures';

const quotePlainly = nameQuoter('"');
/** All SQL goes through knex. */
const quote = (name: string): string => escapeMarks(quotePlainly(name));
/** Values travel as one array a column, so bytes are the limit, not bindings. */
const LIMITS = { bindings: 1_000_000, bytes: 16 * 1024 * 1024 };

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

/** The array type that a column's values travel as: those of other types, which may be arrays themselves, as text. */
const arrayType = (column: ColumnInfo): string => (column.type.kind === 'other' ? 'text' : escapeMarks(column.sqlType));
const cast = (column: ColumnInfo, expression: string): string =>
  column.type.kind === 'other' ? `${expression}::${escapeMarks(column.sqlType)}` : expression;

/** Of other types the database's own text. */
const selected = ({ name, type }: ColumnInfo): string =>
  type.kind === 'other' ? `${quote(name)}::text AS ${quote(name)}` : quote(name);

const SESSION = "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex'";

/** Any number that other applications on the database are unlikely to use. */
const ALONE_LOCK = 0x6e73796e;

/** An array as PostgreSQL reads it; the driver's own way takes several times as long. */
function arrayLiteral(values: readonly (Binding | undefined)[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null || value === undefined) text += 'NULL';
    else if (typeof value === 'string')
      text += /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
    else text += Buffer.isBuffer(value) ? `"\\\\x${value.toString('hex')}"` : String(value);
  }
  return `${text}}`;
}

/** A canonical array as PostgreSQL reads it: its elements as they are bound, within quotes. */
function elementsLiteral(type: ColumnType, values: readonly unknown[]): string {
  const element = type.kind === 'other' ? type.element : undefined;
  const parts = values.map((value) =>
    Array.isArray(value)
      ? elementsLiteral(type, value)
      : arrayLiteral([element ? postgres.bind(element, value) : (value as Binding)]).slice(1, -1),
  );
  return `{${parts.join(',')}}`;
}

const asText = (name: string): string => `${name}::text`;

/** ISO 8601 without zeros at the end. */
const isoText = (local: string): string =>
  `rtrim(rtrim(to_char(${local}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z'`;

/** A key as the text that it has in an object's id, by kind; of others its own text. */
const ID_TEXT: Partial<Record<ColumnType['kind'], (name: string, type: ColumnType) => string>> = {
  binary: (name) => `replace(encode(${name}, 'base64'), E'\\n', '')`,
  datetime: (name, type) => isoText(type.kind === 'datetime' && type.zoned ? `${name} AT TIME ZONE 'UTC'` : name),
  decimal: (name, type) =>
    type.kind === 'decimal' && type.scale === undefined ? `trim_scale(${name})::text` : asText(name),
};

/** A key as part of a composite one, where it is no text: a number beyond 2^53 is one. */
const ID_JSON: Partial<Record<ColumnType['kind'], (name: string, text: string) => string>> = {
  integer: (name, text) =>
    `CASE WHEN ${name} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN to_jsonb(${name}) ELSE to_jsonb(${text}) END`,
  float: (name) => name,
  boolean: (name) => name,
};

type Done = (error: Error, result: pg.QueryResult) => void;

/** Statements of one connection wait for each other here: pg is about to leave that to its callers. */
function oneByOne(connection: pg.Client): void {
  const query = connection.query.bind(connection) as (...given: unknown[]) => unknown;
  let last: Promise<unknown> = Promise.resolve();
  const waiting = (...given: unknown[]): unknown => {
    const done = given.at(-1);
    // Only knex's way, with a callback, is put in order.
    if (typeof done !== 'function') return query(...given);
    last = last.then(
      () =>
        new Promise<void>((resolve) => {
          query(...given.slice(0, -1), ((error, result) => {
            (done as Done)(error, result);
            resolve();
          }) satisfies Done);
        }),
    );
    return undefined;
  };
  connection.query = waiting as typeof connection.query;
}

export const postgres: Dialect = {
  name: 'postgres',
  locksRows: true,
  modelsReturnKeys: true,

  readUrl: (url) => ({ connection: { connectionString: url } }),

  connect(settings) {
    return connectKnex('pg', client, {
      connection: withOwn(settings.connection, { types }),
      searchPath: settings.searchPath,
      pool: {
        min: 0,
        max: 12,
        afterCreate: afterCreate<pg.Client>(settings, (connection, done) => {
          oneByOne(connection);
          connection.query(SESSION, (error) => done(error, connection));
        }),
      },
    });
  },

  listTables: listPostgresTables,
  readCatalog: readPostgresCatalog,
  columnName: (column) => quote(column.name),
  selectColumn: (knex, column) => knex.raw(selected(column)),

  bind(type, value) {
    if (value === null || value === undefined) return null;
    if (type.kind === 'json') return JSON.stringify(value);
    if (type.kind === 'binary') return Buffer.from(value as string, 'base64');
    // Without a zone the column keeps the wall clock of UTC.
    if (type.kind === 'datetime') return type.zoned ? (value as string) : (value as string).replace(/Z$/, '');
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

  // Of a table that grows within a transaction the planner takes the first columns to be enough, and reads all that they find.
  prefixedCondition(_knex, table, prefix, column, values) {
    const equal = prefix.map(([{ name }]) => `t.${quote(name)} = ? AND `).join('');
    return {
      sql: `ctid = ANY(ARRAY(SELECT f.ctid FROM unnest(?::${arrayType(column)}[]) AS v(value) CROSS JOIN LATERAL
              (SELECT t.ctid FROM ${quoteTable(quote, table)} t WHERE ${equal}t.${quote(column.name)} = v.value OFFSET 0) f))`,
      bindings: [arrayLiteral(values), ...prefix.map(([, value]) => value)],
    };
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

  async insertRows(trx, insert) {
    const results: Record<string, unknown>[] = new Array(insert.rows.length).fill({});
    const target = quoteTable(quote, insert.table);
    const returning = insert.returning.length > 0 ? ` RETURNING ${insert.returning.map(selected).join(', ')}` : '';
    for (const group of groupByGivenColumns(insert.rows.map((values, index) => ({ index, values })))) {
      const given = insert.columns
        .map((column, index) => ({ column, index }))
        .filter(({ index }) => group[0]?.values[index] !== undefined);
      for (const part of cutRows(group, LIMITS)) {
        const names = given.map(({ column }) => quote(column.name)).join(', ');
        const values = given.map(({ column }, place) => cast(column, `v.c${place}`)).join(', ');
        const unnest = given.map(({ column }) => `?::${arrayType(column)}[]`).join(', ');
        const arrays = given.map(({ index }) => arrayLiteral(part.map((row) => row.values[index])));
        const sql =
          given.length === 0
            ? part.map(() => `INSERT INTO ${target} DEFAULT VALUES${returning}`)
            : [
                `INSERT INTO ${target} (${names}) SELECT ${values} FROM unnest(${unnest}) WITH ORDINALITY AS v(${given.map((_, place) => `c${place}`).join(', ')}, place)${returning ? ` ORDER BY v.place${returning}` : ''}`,
              ];
        const rows: Record<string, unknown>[] = [];
        for (const statement of sql)
          rows.push(...((await trx.raw(statement, arrays)) as { rows: Record<string, unknown>[] }).rows);
        part.forEach((row, position) => {
          results[row.index] = rows[position] ?? {};
        });
      }
    }
    return results;
  },

  async updateRows(trx, update) {
    const rows = update.rows.map((row) => ({ values: [...row.key, ...row.values], row }));
    for (const part of cutRows(rows, LIMITS)) {
      const arrays: string[] = [];
      const parameters: string[] = [];
      const names: string[] = [];
      const add = (name: string, type: string, values: (Binding | undefined)[]): void => {
        arrays.push(arrayLiteral(values));
        parameters.push(`?::${type}[]`);
        names.push(name);
      };
      update.keys.forEach((key, index) =>
        add(
          `k${index}`,
          arrayType(key),
          part.map(({ row }) => row.key[index]),
        ),
      );
      const set = update.columns.map((column, index) => {
        add(
          `v${index}`,
          arrayType(column),
          part.map(({ row }) => row.values[index] ?? null),
        );
        const value = cast(column, `v.v${index}`);
        if (!part.some(({ row }) => row.values[index] === undefined)) return `${quote(column.name)} = ${value}`;
        add(
          `g${index}`,
          'boolean',
          part.map(({ row }) => row.values[index] !== undefined),
        );
        return `${quote(column.name)} = CASE WHEN v.g${index} THEN ${value} ELSE t.${quote(column.name)} END`;
      });
      const on = update.keys.map((key, index) => `t.${quote(key.name)} = ${cast(key, `v.k${index}`)}`);
      await trx.raw(
        `UPDATE ${quoteTable(quote, update.table)} t SET ${set.join(', ')} FROM unnest(${parameters.join(', ')}) AS v(${names.join(', ')}) WHERE ${on.join(' AND ')}`,
        arrays,
      );
    }
  },

  alone: (knex, work) =>
    knex.transaction(async (trx) => {
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [ALONE_LOCK]);
      return work(trx);
    }),

  async beginSync(trx) {
    // A constraint that waits for the commit could not be laid at a row's door.
    await trx.raw('SET CONSTRAINTS ALL IMMEDIATE');
  },

  explainFailure: explainPostgresFailure,
};

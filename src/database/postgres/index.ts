/** PostgreSQL, equal to MySQL in production. */
import makeKnex, { type Knex } from 'knex';
import pg from 'pg';
import { cutRows, groupByGivenColumns } from '../bulkInsert';
import type { ColumnInfo } from '../catalog';
import type { Binding, Dialect } from '../dialect';
import { SILENT } from '../silentLog';
import { nameQuoter, quoteTable } from '../quoting';
import { readPostgresCatalog } from './catalog';
import { explainPostgresFailure } from './failures';

const quote = nameQuoter('"');
/** Values travel as one array a column, so bytes are the limit, not bindings. */
const LIMITS = { bindings: 1_000_000, bytes: 16 * 1024 * 1024 };

/** Types that pg would turn into Date, number or object; as text no digit and no day is lost. */
const AS_TEXT = new Set<number>([
  pg.types.builtins.DATE,
  pg.types.builtins.TIME,
  pg.types.builtins.TIMESTAMP,
  pg.types.builtins.TIMESTAMPTZ,
  pg.types.builtins.NUMERIC,
  pg.types.builtins.INT8,
  pg.types.builtins.JSON,
  pg.types.builtins.JSONB,
]);

const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
    AS_TEXT.has(oid) ? (value: string) => value : pg.types.getTypeParser(oid, format),
};

/** The array type a column's values travel as; a type that is itself an array travels as text. */
const arrayType = (column: ColumnInfo): string => (column.type.kind === 'other' ? 'text' : column.sqlType);
const cast = (column: ColumnInfo, expression: string): string =>
  column.type.kind === 'other' ? `${expression}::${column.sqlType}` : expression;

const escapeMarks = (sql: string): string => sql.replaceAll('?', '\\?');

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

export const postgres: Dialect = {
  name: 'postgres',
  locksRows: true,
  modelsReturnKeys: true,

  connect(url) {
    return makeKnex({
      client: 'pg',
      log: SILENT,
      connection: { connectionString: String(url), types } as Knex.PgConnectionConfig,
      pool: {
        min: 0,
        max: 12,
        afterCreate: (connection: pg.Client, done: (error: Error | null, connection: unknown) => void) => {
          connection.query("SET TIME ZONE 'UTC'; SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex'", (error) =>
            done(error, connection),
          );
        },
      },
    });
  },

  readCatalog: readPostgresCatalog,
  selectColumn: (_knex, column) => column.name,

  bind(type, value) {
    if (value === null || value === undefined) return null;
    if (type.kind === 'json') return JSON.stringify(value);
    if (type.kind === 'binary') return Buffer.from(value as string, 'base64');
    // Without a zone the column keeps the wall clock of UTC.
    if (type.kind === 'datetime') return type.zoned ? (value as string) : (value as string).replace(/Z$/, '');
    return value as Binding;
  },

  tupleCondition(_knex, columns, tuples) {
    const [first] = columns;
    const arrays = columns.map((_, index) => arrayLiteral(tuples.map((tuple) => tuple[index])));
    if (columns.length === 1 && first)
      return { sql: `${quote(first.name)} = ANY(?::${escapeMarks(arrayType(first))}[])`, bindings: arrays };
    const unnest = columns.map((column) => `?::${escapeMarks(arrayType(column))}[]`).join(', ');
    return {
      sql: `(${columns.map((column) => quote(column.name)).join(', ')}) IN (SELECT * FROM unnest(${unnest}))`,
      bindings: arrays,
    };
  },

  objectIdEquals(table, keys, objectId) {
    // The key becomes text, and not the text a key: another model's ids might be none of this type.
    const names = keys.map((key) => `${quoteTable(quote, table)}.${quote(key.name)}`);
    if (names.length === 1) return `${names[0]}::text = ${objectId}`;
    return `CASE WHEN ${objectId} LIKE '[%' THEN to_jsonb(json_build_array(${names.join(', ')})) = ${objectId}::jsonb ELSE FALSE END`;
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
    const returning =
      insert.returning.length > 0
        ? ` RETURNING ${insert.returning.map((column) => quote(column.name)).join(', ')}`
        : '';
    for (const group of groupByGivenColumns(insert.rows.map((values, index) => ({ index, values })))) {
      const given = insert.columns
        .map((column, index) => ({ column, index }))
        .filter(({ index }) => group[0]?.values[index] !== undefined);
      for (const part of cutRows(group, LIMITS)) {
        const names = given.map(({ column }) => quote(column.name)).join(', ');
        const values = given.map(({ column }, place) => cast(column, `v.c${place}`)).join(', ');
        const unnest = given.map(({ column }) => `?::${escapeMarks(arrayType(column))}[]`).join(', ');
        const arrays = given.map(({ index }) => arrayLiteral(part.map((row) => row.values[index])));
        const sql =
          given.length === 0
            ? part.map(() => `INSERT INTO ${target} DEFAULT VALUES${returning}`)
            : [
                `INSERT INTO ${target} (${names}) SELECT ${values} FROM unnest(${unnest}) WITH ORDINALITY AS v(${given.map((_, place) => `c${place}`).join(', ')}, place) ORDER BY v.place${returning}`,
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
        parameters.push(`?::${escapeMarks(type)}[]`);
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

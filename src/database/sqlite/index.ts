/** SQLite: the embedded default. One file, one writer, readers beside it (WAL). */
import type { ColumnType } from '../catalog';
import type { Binding, Dialect } from '../dialect';
import { inTransaction } from '../retry';
import { escapeMarks, nameQuoter, quoteTable } from '../quoting';
import { bytesOf, jsonText } from '../../spellings';
import { insertRows, updateRows } from './bulk';
import { listSqliteTables, readSqliteCatalog } from './catalog';
import { amongTuples, selected } from './columns';
import { deferredKeys } from './deferredKeys';
import { dateText, milliseconds } from './moments';
import { explainSqliteFailure } from './failures';
import { held } from './held';
import { openSqlite } from './open';

const quote = nameQuoter('"');
const quoteForKnex = (name: string): string => escapeMarks(quote(name));

const equals = (name: string, part: string): string => `${name} = ${part}`;

/** By kind of the key, the condition that it has a part of an object's id. */
const ID_CONDITION: Partial<Record<ColumnType['kind'], (name: string, part: string) => string>> = {
  integer: (name, part) => `${name} = CAST(${part} AS INTEGER)`,
  decimal: (name, part) => `${name} = CAST(${part} AS NUMERIC)`,
  float: (name, part) => `${name} = CAST(${part} AS REAL)`,
  boolean: (name, part) =>
    `${name} = CASE ${part} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE CAST(${part} AS INTEGER) END`,
  date: (name, part) => `${dateText(name)} = ${part}`,
  datetime: (name, part) => `${milliseconds(name)} = ${milliseconds(part)}`,
  uuid: (name, part) => `${name} IN (${part}, upper(${part}))`,
  binary: (name, part) => `${name} = nsync_bytes(${part})`,
};

const whole = (value: string): Binding => (/^-?\d+$/.test(value) ? BigInt(value) : value);

/** Canonical values as they are stored, by kind; others are as they are. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  integer: (value) => (typeof value === 'string' ? whole(value) : (value as number)),
  // `5.00` would be taken for a number with a fraction, which has fewer exact digits.
  decimal: (value) => whole((value as string).replace(/\.0+$/, '')),
  datetime: (value) => (value as string).replace('T', ' ').replace(/Z$/, ''),
  json: jsonText,
  binary: (value) => bytesOf(value as string),
};

/** The file beside the database in which runs report their progress. */
const MONITOR_SUFFIX = '-runs';

export const sqlite: Dialect = {
  name: 'sqlite',
  locksRows: false,
  savepointsNest: true,
  modelsReturnKeys: true,
  readUrl: (url) => ({ connection: { filename: url.replace(/^sqlite:(\/\/)?/, '') } }),
  clock: "strftime('%Y-%m-%d %H:%M:%f', 'now')",
  secondsSince: (column) => `((julianday('now') - julianday(${column})) * 86400)`,
  connect: (settings) => openSqlite(settings, 1),
  // In threads as well: most reads are short, but to count a large table's objects is to read it from end to end.
  connectReader: (settings) => openSqlite(settings, 4),
  connectMonitor: ({ connection }) => openSqlite({ connection }, 1, MONITOR_SUFFIX),
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
    return amongTuples(
      columns.map((column) => quoteForKnex(column.name)),
      columns,
      tuples,
    );
  },

  prefixedCondition(knex, _table, prefix, column, values) {
    const among = sqlite.tupleCondition(knex, [column], values.map((value) => [value])); // prettier-ignore
    const equal = prefix.map(([{ name }]) => `${quoteForKnex(name)} = ? AND `).join('');
    return { sql: equal + among.sql, bindings: [...prefix.map(([, value]) => value), ...among.bindings] };
  },

  objectIdEquals(table, keys, objectId) {
    return keys
      .map((key, index) => {
        const part = keys.length === 1 ? objectId : `json_extract(${objectId}, '$[${index}]')`;
        const name = `${quoteTable(quoteForKnex, table)}.${quoteForKnex(key.name)}`;
        return (ID_CONDITION[key.type.kind] ?? equals)(name, part);
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

  insertRows,
  updateRows,
  usesUpNumbers: false,

  // Of two transactions that come to write, one fails as busy.
  alone: (knex, work) => inTransaction(knex, work),

  async beginSync(trx) {
    // The first statement writes, so that the transaction holds the only writer's place before it reads.
    await trx('nsync_locks').where({ model: '' }).update({ model: '' });
  },

  deferredKeys,
  explainFailure: explainSqliteFailure,
};

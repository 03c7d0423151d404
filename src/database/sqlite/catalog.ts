/** Reads SQLite's catalog: PRAGMA tables, and the CREATE TABLE text for what they do not tell. */
import type { Knex } from 'knex';
import {
  type Collation,
  type ColumnInfo,
  type ColumnType,
  type DatabaseCatalog,
  type DeleteRule,
  EXACT,
  type ForeignKey,
  integerType,
  type TableInfo,
  type UniqueKey,
} from '../catalog';

interface ColumnRow {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
}

const COLLATIONS: Record<string, Collation> = {
  BINARY: EXACT,
  NOCASE: { kind: 'collated', name: 'NOCASE', expression: '(? COLLATE NOCASE)', folds: true },
  RTRIM: { kind: 'collated', name: 'RTRIM', expression: '(? COLLATE RTRIM)', folds: true },
};

/** The definitions between the outer brackets of CREATE TABLE, cut at top-level commas. */
function definitions(createTable: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let part = '';
  for (const character of createTable.slice(createTable.indexOf('(') + 1)) {
    if (quote) {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"' || character === '`') quote = character;
    else if (character === '[') quote = ']';
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) break;
    if (character === ',' && depth === 0 && !quote) {
      parts.push(part.trim());
      part = '';
    } else part += character;
  }
  return [...parts, part.trim()];
}

function definitionOf(column: string, all: readonly string[]): string {
  const lower = column.toLowerCase();
  return (
    all.find((definition) => {
      const name = /^(?:"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([^\s(]+))/.exec(definition);
      return (name?.[1] ?? name?.[2] ?? name?.[3] ?? name?.[4])?.toLowerCase() === lower;
    }) ?? ''
  );
}

/** Members of `check (column in ('a', 'b'))`, which is how knex and others spell an enum here. */
function membersOf(column: string, createTable: string): string[] | null {
  const name = column.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const list = new RegExp(
    `check\\s*\\(\\s*["\`[]?${name}["\`\\]]?\\s+in\\s*\\(((?:\\s*'(?:[^']|'')*'\\s*,?)+)\\)\\s*\\)`,
    'i',
  ).exec(createTable)?.[1];
  return list ? [...list.matchAll(/'((?:[^']|'')*)'/g)].map((member) => (member[1] ?? '').replaceAll("''", "'")) : null;
}

function textLength(declared: string): number | undefined {
  const length = /\(\s*(\d+)\s*\)/.exec(declared)?.[1];
  return length === undefined ? undefined : Number(length);
}

const LARGEST_INTEGER = 2n ** 63n - 1n;

/** By the declared name, the first that fits. */
const INTEGER_BITS: readonly (readonly [pattern: RegExp, bits: bigint])[] = [
  [/^(bigint|int8|integer8|unsigned big int|big int)/, 64n],
  [/^tinyint/, 8n],
  [/^(smallint|int2)/, 16n],
  [/^mediumint/, 24n],
  [/^(?!.*(?:point|interval)).*int/, 32n],
];

/** SQLite takes any type name; these are read by what they say elsewhere, so that limits agree (R45). */
function columnType(declared: string, collation: Collation): ColumnType {
  const type = declared.toLowerCase();
  const name = type.replace(/\(.*/, '').trim();
  if (name === 'boolean' || name === 'bool' || type === 'tinyint(1)') return { kind: 'boolean' };
  const bits = INTEGER_BITS.find(([pattern]) => pattern.test(name))?.[1];
  if (bits) {
    const { min, max } = integerType(bits, /\bunsigned\b/.test(type));
    return { kind: 'integer', min, max: max > LARGEST_INTEGER ? LARGEST_INTEGER : max };
  }
  if (/^(date)$/.test(name)) return { kind: 'date' };
  if (/^time$/.test(name)) return { kind: 'time', fraction: textLength(type) ?? 6 };
  if (/^(datetime|timestamp|timestamptz)/.test(name))
    return { kind: 'datetime', fraction: textLength(type) ?? 6, zoned: true };
  if (/^(decimal|numeric|number|money)/.test(name)) {
    const [precision, scale] = [...type.matchAll(/\d+/g)].map(Number);
    // A NUMERIC column keeps a whole number as an integer, and a fraction as a double: 15 digits are exact.
    return {
      kind: 'decimal',
      precision,
      scale: precision === undefined ? undefined : (scale ?? 0),
      exact: { digits: 15, whole: LARGEST_INTEGER },
    };
  }
  if (/^(real|double|float)/.test(name)) return { kind: 'float', single: false };
  if (/^jsonb?$/.test(name)) return { kind: 'json' };
  if (name === 'uuid') return { kind: 'uuid' };
  if (/^(blob|binary|varbinary)/.test(name)) return { kind: 'binary', maxBytes: textLength(type) };
  if (/char|text|clob/.test(name))
    return {
      kind: 'string',
      maxLength: textLength(type),
      padded: /^(national |native )?n?char(acter)?$/.test(name),
      collation,
    };
  if (name === '') return { kind: 'string', collation };
  return { kind: 'other', sqlType: declared, comparable: true };
}

/** A constant default; undefined where the database computes it. */
function constant(text: string | null): unknown {
  if (text === null || /^null$/i.test(text)) return undefined;
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return text;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase();
  return undefined;
}

async function readTable(knex: Knex, table: string): Promise<TableInfo | null> {
  const created = await knex('sqlite_master')
    .where({ name: table, type: 'table' })
    .first<{ sql: string } | undefined>('sql');
  if (!created) return null;
  const parts = definitions(created.sql);
  const rows = (await knex.raw('SELECT * FROM pragma_table_xinfo(?)', [table])) as ColumnRow[];
  const primaryKey = rows
    .filter((row) => row.pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map((row) => row.name);
  const withoutRowid = /\)\s*without\s+rowid/i.test(created.sql);
  const columns = rows
    .filter((row) => row.hidden !== 1)
    .map((row): ColumnInfo => {
      const definition = definitionOf(row.name, parts);
      const collation = COLLATIONS[/\bcollate\s+["`]?(\w+)/i.exec(definition)?.[1]?.toUpperCase() ?? 'BINARY'] ?? EXACT;
      const members = membersOf(row.name, created.sql);
      const rowid = primaryKey.length === 1 && row.pk === 1 && /^integer$/i.test(row.type) && !withoutRowid;
      const hasDefault = row.dflt_value !== null && !/^null$/i.test(row.dflt_value);
      return {
        name: row.name,
        sqlType: row.type,
        type: rowid
          ? integerType(64n)
          : members
            ? { kind: 'enum', members, collation }
            : columnType(row.type, collation),
        // SQLite lets a key be NULL where it is no row id: such an object could not be told from others.
        nullable: row.notnull === 0 && row.pk === 0,
        defaultValue: constant(row.dflt_value),
        hasDefault: hasDefault || rowid,
        autoIncrement: rowid,
        generated: row.hidden > 1,
        changesOnUpdate: false,
      };
    });
  const indexes = await readIndexes(knex, table);
  const triggers = await knex('sqlite_master').where({ type: 'trigger', tbl_name: table }).first('name');
  return {
    name: table,
    columns,
    primaryKey,
    uniqueKeys: indexes
      .filter(({ isUnique }) => isUnique)
      .map(({ name, columns: names }): UniqueKey => ({
        name,
        columns: names.every((column) => column !== null) ? names : null,
      })),
    // A key that is the row's id has no index of its own.
    indexedFirst: [
      ...primaryKey.slice(0, 1),
      ...indexes.flatMap(({ columns: [first], isPartial }) => (isPartial ? [] : (first ?? []))),
    ],
    hasTriggers: triggers !== undefined,
  };
}

interface Index {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isPartial: boolean;
  /** Null stands for an expression. */
  readonly columns: readonly (string | null)[];
}

async function readIndexes(knex: Knex, table: string): Promise<Index[]> {
  const indexes = (await knex.raw('SELECT name, "unique", partial FROM pragma_index_list(?)', [table])) as {
    name: string;
    unique: number;
    partial: number;
  }[];
  const found: Index[] = [];
  for (const { name, unique, partial } of indexes) {
    const columns = (await knex.raw('SELECT name FROM pragma_index_info(?) ORDER BY seqno', [name])) as {
      name: string | null;
    }[];
    found.push({
      name,
      isUnique: unique === 1,
      isPartial: partial === 1,
      columns: columns.map((column) => column.name),
    });
  }
  return found;
}

/** Tables and columns as they are spelt where they are made; elsewhere SQLite takes them in any case. */
async function readSpellings(
  knex: Knex,
): Promise<{ table: Spelling; column: (table: string, name: string) => string }> {
  const rows = (await knex.raw(
    `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'`,
  )) as { table: string; column: string }[];
  const tables = new Map<string, { name: string; columns: Map<string, string> }>();
  for (const { table, column } of rows) {
    const key = table.toLowerCase();
    const known = tables.get(key) ?? { name: table, columns: new Map<string, string>() };
    tables.set(key, known);
    known.columns.set(column.toLowerCase(), column);
  }
  return {
    table: (name) => tables.get(name.toLowerCase())?.name ?? name,
    column: (table, name) => tables.get(table.toLowerCase())?.columns.get(name.toLowerCase()) ?? name,
  };
}

type Spelling = (name: string) => string;

interface KeyRow {
  owner: string;
  id: number;
  target: string;
  source: string;
  destination: string | null;
  on_delete: string;
}

async function readForeignKeys(knex: Knex): Promise<ForeignKey[]> {
  const spelling = await readSpellings(knex);
  const rows = (await knex.raw(
    `SELECT m.name AS owner, f.id, f.seq, f."table" AS target, f."from" AS source, f."to" AS destination, f.on_delete
       FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`,
  )) as KeyRow[];
  const keys = new Map<string, KeyRow[]>();
  for (const row of rows) {
    const name = `${row.owner} ${row.id}`;
    const parts = keys.get(name);
    if (parts) parts.push(row);
    else keys.set(name, [row]);
  }
  const result: ForeignKey[] = [];
  for (const [first, ...others] of keys.values()) {
    if (!first) continue;
    const parts = [first, ...others];
    const columns = parts.map(({ source }) => spelling.column(first.owner, source));
    result.push({
      name: `${first.owner}(${columns.join(', ')})`,
      table: first.owner,
      columns,
      targetTable: spelling.table(first.target),
      targetColumns: parts.every(({ destination }) => destination !== null)
        ? parts.map(({ destination }) => spelling.column(first.target, destination ?? ''))
        : await primaryKeyOf(knex, first.target),
      onDelete: first.on_delete as DeleteRule,
    });
  }
  return result;
}

async function primaryKeyOf(knex: Knex, table: string): Promise<string[]> {
  const rows = (await knex.raw('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk', [table])) as {
    name: string;
  }[];
  return rows.map(({ name }) => name);
}

/** Tables that do not exist are left out. */
export async function readSqliteCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const found = new Map<string, TableInfo>();
  for (const table of tables) {
    const info = await readTable(knex, table);
    if (info) found.set(table, info);
  }
  return { tables: found, foreignKeys: await readForeignKeys(knex) };
}

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

/** SQLite takes any type name; these are read by what they say elsewhere, so that limits agree (R45). */
function columnType(declared: string, collation: Collation): ColumnType {
  const type = declared.toLowerCase();
  const name = type.replace(/\(.*/, '').trim();
  if (name === 'boolean' || name === 'bool' || type === 'tinyint(1)') return { kind: 'boolean' };
  if (/^(bigint|int8|integer8|unsigned big int|big int)/.test(name)) return integerType(64n);
  if (/^tinyint/.test(name)) return integerType(8n);
  if (/^(smallint|int2)/.test(name)) return integerType(16n);
  if (/^mediumint/.test(name)) return integerType(24n);
  if (/int/.test(name) && !/point|interval/.test(name)) return integerType(32n);
  if (/^(date)$/.test(name)) return { kind: 'date' };
  if (/^time$/.test(name)) return { kind: 'time', fraction: textLength(type) ?? 6 };
  if (/^(datetime|timestamp|timestamptz)/.test(name))
    return { kind: 'datetime', fraction: textLength(type) ?? 6, zoned: true };
  if (/^(decimal|numeric|number|money)/.test(name)) {
    const [precision, scale] = [...type.matchAll(/\d+/g)].map(Number);
    // A NUMERIC column keeps a fraction as a double: 15 digits are exact.
    return { kind: 'decimal', precision, scale: precision === undefined ? undefined : (scale ?? 0), digits: 15 };
  }
  if (/^(real|double|float)/.test(name)) return { kind: 'float', single: false };
  if (/^jsonb?$/.test(name)) return { kind: 'json' };
  if (name === 'uuid') return { kind: 'uuid' };
  if (/^(blob|binary|varbinary)/.test(name)) return { kind: 'binary', maxBytes: textLength(type) };
  if (/char|text|clob/.test(name)) return { kind: 'string', maxLength: textLength(type), collation };
  if (name === '') return { kind: 'string', collation };
  return { kind: 'other', sqlType: declared };
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
        nullable: row.notnull === 0 && !(row.pk > 0 && (rowid || withoutRowid)),
        defaultValue: constant(row.dflt_value),
        hasDefault: hasDefault || rowid,
        autoIncrement: rowid,
        generated: row.hidden > 1,
        changesOnUpdate: false,
      };
    });
  const triggers = await knex('sqlite_master').where({ type: 'trigger', tbl_name: table }).first('name');
  return {
    name: table,
    columns,
    primaryKey,
    uniqueKeys: await readUniqueKeys(knex, table),
    hasTriggers: triggers !== undefined,
  };
}

async function readUniqueKeys(knex: Knex, table: string): Promise<UniqueKey[]> {
  const indexes = (await knex.raw('SELECT name FROM pragma_index_list(?) WHERE "unique" = 1', [table])) as {
    name: string;
  }[];
  const keys: UniqueKey[] = [];
  for (const { name } of indexes) {
    const columns = (await knex.raw('SELECT name FROM pragma_index_info(?) ORDER BY seqno', [name])) as {
      name: string | null;
    }[];
    const names = columns.map((column) => column.name);
    keys.push({ name, columns: names.every((column) => column !== null) ? names : null });
  }
  return keys;
}

async function readForeignKeys(knex: Knex): Promise<ForeignKey[]> {
  const rows = (await knex.raw(
    `SELECT m.name AS owner, f.id, f.seq, f."table" AS target, f."from" AS source, f."to" AS destination, f.on_delete
       FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`,
  )) as { owner: string; id: number; target: string; source: string; destination: string | null; on_delete: string }[];
  const keys = new Map<string, { columns: string[]; targetColumns: (string | null)[]; row: (typeof rows)[number] }>();
  for (const row of rows) {
    const key = `${row.owner} ${row.id}`;
    const known = keys.get(key);
    if (known) {
      known.columns.push(row.source);
      known.targetColumns.push(row.destination);
    } else keys.set(key, { columns: [row.source], targetColumns: [row.destination], row });
  }
  const result: ForeignKey[] = [];
  for (const { columns, targetColumns, row } of keys.values()) {
    const named = targetColumns.every((column) => column !== null);
    const primaryKey = named
      ? null
      : ((await knex.raw('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk', [row.target])) as {
          name: string;
        }[]);
    result.push({
      name: `${row.owner}(${columns.join(', ')})`,
      table: row.owner,
      columns,
      targetTable: row.target,
      targetColumns: primaryKey ? primaryKey.map((column) => column.name) : (targetColumns as string[]),
      onDelete: row.on_delete as DeleteRule,
    });
  }
  return result;
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

/** Reads SQLite's catalog: PRAGMA tables, and the CREATE TABLE text for what they do not tell. */
import type { Knex } from 'knex';
import {
  type Collation,
  type ColumnInfo,
  type DatabaseCatalog,
  type DeleteRule,
  EXACT,
  type ForeignKey,
  type TableInfo,
  type TableListing,
  type UniqueKey,
} from '../catalog';
import { groupBy } from '../grouping';
import { tableName, tableParts } from '../tableNames';
import { columnType, ROWID } from './types';
import { definitionOf, definitions, hasConflictClauses, hasDeferredKeys, membersOf } from './createTable';

interface ColumnRow {
  table: string;
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

/** A constant default; undefined where the database computes it. */
function constant(text: string | null): unknown {
  if (text === null || /^null$/i.test(text)) return undefined;
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return text;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase();
  return undefined;
}

const MAIN = 'main';

/** Tables that SQLite or an extension keeps for itself are left out. */
const OWN = `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;

export async function listSqliteTables(knex: Knex, schemas: readonly string[]): Promise<TableListing> {
  const rows = schemas.every((schema) => schema.toLowerCase() === MAIN)
    ? ((await knex.raw(`${OWN} ORDER BY name`)) as { name: string }[])
    : [];
  return {
    defaultSchema: MAIN,
    schemas: [MAIN],
    tables: rows.map(({ name }) => ({ schema: MAIN, name, table: tableName(null, name) })),
  };
}

/** What stands behind the columns of a table that checks types. */
const STRICT = /\)[^)]*\bstrict\b[^)]*$/i;

function columnOf(row: ColumnRow, created: string, parts: readonly string[], isRowid: boolean): ColumnInfo {
  const definition = definitionOf(row.name, parts);
  const collation = COLLATIONS[/\bcollate\s+["`]?(\w+)/i.exec(definition)?.[1]?.toUpperCase() ?? 'BINARY'] ?? EXACT;
  const members = membersOf(row.name, created);
  return {
    name: row.name,
    sqlType: row.type,
    type: isRowid ? ROWID : columnType(row.type, collation, members, STRICT.test(created)),
    // SQLite lets a key be NULL where it is no row id: such an object could not be told from others.
    nullable: row.notnull === 0 && row.pk === 0,
    defaultValue: constant(row.dflt_value),
    hasDefault: isRowid || (row.dflt_value !== null && !/^null$/i.test(row.dflt_value)),
    autoIncrement: isRowid,
    generated: row.hidden > 1,
    changesOnUpdate: false,
  };
}

interface Definition {
  name: string;
  type: string;
  sql: string;
}

function readTable(
  { type, sql }: Definition,
  rows: readonly ColumnRow[],
): Pick<TableInfo, 'isView' | 'columns' | 'primaryKey'> {
  const parts = definitions(sql);
  const primaryKey = rows
    .filter((row) => row.pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map((row) => row.name);
  const withoutRowid = /\)[^)]*\bwithout\s+rowid\b[^)]*$/i.test(sql);
  return {
    isView: type === 'view',
    columns: rows
      .filter((row) => row.hidden !== 1)
      .map((row) => {
        const isRowid = primaryKey.length === 1 && row.pk === 1 && /^integer$/i.test(row.type) && !withoutRowid;
        return columnOf(row, sql, parts, isRowid);
      }),
    primaryKey,
  };
}

/** Modules of SQLite's own, which keep their rows in tables of the database and so undo what a transaction undoes. */
const TRANSACTIONAL_MODULES = /^(fts[345]|rtree|rtree_i32|geopoly)$/i;

/** Why no run can write to a virtual table; null of other tables. */
function virtualObstacle({ sql }: Definition): string | null {
  const module = /^create\s+virtual\s+table\b[\s\S]*?\busing\s+["`[]?(\w+)/i.exec(sql)?.[1];
  if (module === undefined || TRANSACTIONAL_MODULES.test(module)) return null;
  return `The table is a virtual table (${module}). A dry run or a failed run could not be undone.`;
}

interface IndexRow {
  table: string;
  name: string;
  isUnique: number;
  partial: number;
  /** Null stands for an expression. */
  column: string | null;
}

/** Of all tables, the columns of an index in order. */
async function readIndexes(knex: Knex): Promise<IndexRow[]> {
  return (await knex.raw(
    `SELECT m.name AS "table", l.name, l."unique" AS "isUnique", l.partial, i.name AS "column"
       FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i WHERE m.type = 'table' ORDER BY m.name, l.seq, i.seqno`,
  )) as IndexRow[];
}

/** The keys of a table's indexes, and the columns that indexes of the whole table begin with. */
function readKeys(
  rows: readonly IndexRow[],
  primaryKey: readonly string[],
): Pick<TableInfo, 'uniqueKeys' | 'indexedFirst'> {
  const indexes = [...groupBy(rows, ({ name }) => name).values()];
  return {
    uniqueKeys: indexes.flatMap((parts): UniqueKey[] => {
      const [first] = parts;
      if (!first?.isUnique) return [];
      const columns = parts.flatMap(({ column, partial }) => (column === null || partial !== 0 ? [] : [column]));
      return [{ name: first.name, columns: columns.length === parts.length ? columns : null }];
    }),
    // A key that is the row's id has no index of its own.
    indexedFirst: [
      ...primaryKey.slice(0, 1),
      ...indexes.flatMap(([first]) => (first && first.partial === 0 ? (first.column ?? []) : [])),
    ],
  };
}

interface Names {
  /** Undefined if there is no such table. */
  readonly table: (name: string) => string | undefined;
  readonly column: (table: string, name: string) => string | undefined;
}

/** Tables and columns as they are spelt where they are made; elsewhere SQLite takes them in any case. */
async function readNames(knex: Knex): Promise<Names> {
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
    table: (name) => tables.get(name.toLowerCase())?.name,
    column: (table, name) => tables.get(table.toLowerCase())?.columns.get(name.toLowerCase()),
  };
}

interface KeyRow {
  /** That has made the owner. */
  sql: string;
  owner: string;
  id: number;
  target: string;
  source: string;
  destination: string | null;
  on_delete: string;
}

/** The columns that a key refers to; none of a table that does not exist, null if the table lacks one of them. */
async function targetColumns(knex: Knex, names: Names, parts: readonly KeyRow[]): Promise<string[] | null> {
  const target = parts[0]?.target ?? '';
  if (names.table(target) === undefined) return [];
  if (parts.some(({ destination }) => destination === null)) return primaryKeyOf(knex, target);
  const found = parts.flatMap(({ destination }) => names.column(target, destination ?? '') ?? []);
  return found.length === parts.length ? found : null;
}

async function readForeignKeys(knex: Knex): Promise<ForeignKey[]> {
  const names = await readNames(knex);
  const rows = (await knex.raw(
    `SELECT m.name AS owner, m.sql, f.id, f.seq, f."table" AS target, f."from" AS source, f."to" AS destination, f.on_delete
       FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`,
  )) as KeyRow[];
  const result: ForeignKey[] = [];
  for (const parts of groupBy(rows, ({ owner, id }) => JSON.stringify([owner, id])).values()) {
    const [first] = parts;
    const targets = await targetColumns(knex, names, parts);
    if (!first || !targets) continue;
    const columns = parts.map(({ source }) => names.column(first.owner, source) ?? source);
    result.push({
      name: `${first.owner}(${columns.join(', ')})`,
      table: tableName(null, first.owner),
      columns,
      targetTable: tableName(null, names.table(first.target) ?? first.target),
      targetColumns: targets,
      onDelete: first.on_delete as DeleteRule,
      isDeferred: hasDeferredKeys(first.sql),
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

/** The columns of a view; none where it asks for what is no longer there. */
async function readView(knex: Knex, name: string): Promise<ColumnRow[]> {
  try {
    return (await knex.raw('SELECT * FROM pragma_table_xinfo(?)', [name])) as ColumnRow[];
  } catch {
    return [];
  }
}

/** Tables that do not exist are left out. */
export async function readSqliteCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const created = (await knex.raw(
    `SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')`,
  )) as Definition[];
  const columnRows = (await knex.raw(
    `SELECT m.name AS "table", c.* FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'`,
  )) as ColumnRow[];
  const triggerRows = (await knex.raw(`SELECT tbl_name AS "table" FROM sqlite_master WHERE type = 'trigger'`)) as {
    table: string;
  }[];
  const definitionsByName = new Map(created.map((definition) => [definition.name, definition]));
  const columnsByTable = groupBy(columnRows, ({ table }) => table);
  const indexes = groupBy(await readIndexes(knex), ({ table }) => table);
  const triggers = new Set(triggerRows.map(({ table }) => table));
  const found = new Map<string, TableInfo>();
  for (const table of tables) {
    const [name = '', ...more] = tableParts(table);
    const definition = more.length > 0 ? undefined : definitionsByName.get(name);
    if (!definition) continue;
    const read = readTable(definition, columnsByTable.get(name) ?? (await readView(knex, name)));
    const ofTable = indexes.get(name) ?? [];
    const indexed = new Set([...read.primaryKey, ...ofTable.map(({ column }) => column)]);
    found.set(table, {
      name: table,
      ...read,
      columns: read.columns.map((column) => ({ ...column, isIndexed: indexed.has(column.name) })),
      ...readKeys(ofTable, read.primaryKey),
      hasTriggers: triggers.has(name),
      overridesConflicts: hasConflictClauses(definition.sql),
      obstacle: virtualObstacle(definition),
    });
  }
  return { tables: found, foreignKeys: await readForeignKeys(knex) };
}

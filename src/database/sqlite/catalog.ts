/** SQLite's catalog: PRAGMA functions, and the CREATE TABLE text for everything else. */
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
import type { Query } from '../query';
import { tableName, tableParts } from '../tableNames';
import {
  type ColumnRow,
  type Definition,
  type IndexRow,
  type KeyRow,
  readColumnNames,
  readColumns,
  readDefinitions,
  readForeignKeys,
  readIndexes,
  readPrimaryKey,
  readTables,
  readTriggers,
  readViewColumns,
} from './catalogQueries';
import { definitionOf, definitions, hasConflictClauses, hasDeferredKeys, membersOf } from './createTable';
import { queryOf } from './query';
import { columnType, ROWID } from './types';

const COLLATIONS: Record<string, Collation> = {
  BINARY: EXACT,
  NOCASE: { kind: 'collated', name: 'NOCASE', expression: '(? COLLATE NOCASE)', folds: true },
  RTRIM: { kind: 'collated', name: 'RTRIM', expression: '(? COLLATE RTRIM)', folds: true },
};

/** A constant default; undefined if the database computes it. */
function constant(text: string | null): unknown {
  if (text === null || /^null$/i.test(text)) return undefined;
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^[-+]?\d+(\.\d+)?$/.test(text)) return text;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase();
  return undefined;
}

const MAIN = 'main';

export async function listTables(knex: Knex, schemas: readonly string[]): Promise<TableListing> {
  const isAsked = schemas.every((schema) => schema.toLowerCase() === MAIN);
  const rows = isAsked ? await readTables(queryOf(knex)) : [];
  return {
    defaultSchema: MAIN,
    schemas: [MAIN],
    tables: rows.map(({ name }) => ({ schema: MAIN, name, table: tableName(null, name) })),
  };
}

/** The end of the definition of a STRICT table. */
const STRICT = /\)[^)]*\bstrict\b[^)]*$/i;

function columnOf(row: ColumnRow, created: string, parts: readonly string[], isRowid: boolean): ColumnInfo {
  const definition = definitionOf(row.name, parts);
  const collation = COLLATIONS[/\bcollate\s+["`]?(\w+)/i.exec(definition)?.[1]?.toUpperCase() ?? 'BINARY'] ?? EXACT;
  const members = membersOf(row.name, created);
  return {
    name: row.name,
    sqlType: row.type,
    type: isRowid ? ROWID : columnType(row.type, collation, members, STRICT.test(created)),
    // SQLite allows NULL in a primary key other than the rowid. An object without a key could not be identified.
    nullable: row.notnull === 0 && row.pk === 0,
    defaultValue: constant(row.dflt_value),
    hasDefault: isRowid || (row.dflt_value !== null && !/^null$/i.test(row.dflt_value)),
    autoIncrement: isRowid,
    generated: row.hidden > 1,
    changesOnUpdate: false,
  };
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

/** SQLite's own modules store their rows in tables of the database, so transactions can undo writes to them. */
const TRANSACTIONAL_MODULES = /^(fts[345]|rtree|rtree_i32|geopoly)$/i;

/** Why runs cannot write to a virtual table; null for other tables. */
function virtualObstacle({ sql }: Definition): string | null {
  const module = /^create\s+virtual\s+table\b[\s\S]*?\busing\s+["`[]?(\w+)/i.exec(sql)?.[1];
  if (module === undefined || TRANSACTIONAL_MODULES.test(module)) return null;
  return `The table is a virtual table (${module}). A dry run or a failed run could not be undone.`;
}

/** The keys of a table's indexes, and the first columns of the indexes that cover the whole table. */
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
    // A rowid key has no index of its own.
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

/** The original spelling of tables and columns. SQLite's other answers may have any case. */
async function namesOf(query: Query): Promise<Names> {
  const tables = new Map<string, { name: string; columns: Map<string, string> }>();
  for (const { table, column } of await readColumnNames(query)) {
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

/** The columns that a key refers to. Empty if the table does not exist, null if it lacks one of the columns. */
async function targetColumns(query: Query, names: Names, parts: readonly KeyRow[]): Promise<string[] | null> {
  const target = parts[0]?.target ?? '';
  if (names.table(target) === undefined) return [];
  if (parts.some(({ destination }) => destination === null))
    return (await readPrimaryKey(query, target)).map(({ name }) => name);
  const found = parts.flatMap(({ destination }) => names.column(target, destination ?? '') ?? []);
  return found.length === parts.length ? found : null;
}

async function foreignKeysOf(query: Query): Promise<ForeignKey[]> {
  const names = await namesOf(query);
  const rows = await readForeignKeys(query);
  const result: ForeignKey[] = [];
  for (const parts of groupBy(rows, ({ owner, id }) => JSON.stringify([owner, id])).values()) {
    const [first] = parts;
    const targets = await targetColumns(query, names, parts);
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

/** The columns of a view. Empty if it selects something that no longer exists. */
async function viewColumnsOf(query: Query, view: string): Promise<ColumnRow[]> {
  try {
    return await readViewColumns(query, view);
  } catch {
    return [];
  }
}

/** Leaves out tables that do not exist. */
export async function readCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = queryOf(knex);
  const definitionsByName = new Map((await readDefinitions(query)).map((definition) => [definition.name, definition]));
  const columnsByTable = groupBy(await readColumns(query), ({ table }) => table);
  const triggers = new Set((await readTriggers(query)).map(({ table }) => table));
  const indexes = groupBy(await readIndexes(query), ({ table }) => table);
  const found = new Map<string, TableInfo>();
  for (const table of tables) {
    const [name = '', ...more] = tableParts(table);
    const definition = more.length > 0 ? undefined : definitionsByName.get(name);
    if (!definition) continue;
    const read = readTable(definition, columnsByTable.get(name) ?? (await viewColumnsOf(query, name)));
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
  return { tables: found, foreignKeys: await foreignKeysOf(query) };
}

/** The catalog of MySQL and MariaDB. */
import type { Knex } from 'knex';
import {
  type Charset,
  type ColumnInfo,
  type DatabaseCatalog,
  type DeleteRule,
  type ForeignKey,
  type TableInfo,
  type TableListing,
  type UniqueKey,
} from '../catalog';
import { groupBy } from '../grouping';
import type { Query } from '../query';
import { schemaOf, tableName, tableParts } from '../tableNames';
import {
  type CheckRow,
  type ColumnRow,
  type IndexRow,
  type KeyRow,
  readChecks,
  readColumns,
  readForeignKeys,
  readIndexes,
  readNarrowCharsets,
  readSchemas,
  readTables,
  readTriggers,
  readViews,
  type TableRow,
} from './catalogQueries';
import { repertoireQuery, singleByte } from './charsets';
import { readEngineObstacles } from './engines';
import { queryOf } from './query';
import { readRightsObstacles } from './rights';
import { type Charsets, columnType, type Text } from './types';

const SYSTEM_SCHEMAS = ['information_schema', 'mysql', 'performance_schema', 'sys'];

export async function listTables(knex: Knex, schemas: readonly string[]): Promise<TableListing> {
  const query = queryOf(knex);
  const [current] = await query<{ db: string }>('SELECT DATABASE() AS db');
  const defaultSchema = current?.db ?? '';
  const all = await readSchemas(query);
  const rows = await readTables(query, schemas.length > 0 ? schemas : [defaultSchema]);
  return {
    defaultSchema,
    schemas: all.map(({ NAME }) => NAME).filter((name) => !SYSTEM_SCHEMAS.includes(name.toLowerCase())),
    tables: rows.map(({ SCHEMA, TABLE }) => ({
      schema: SCHEMA,
      name: TABLE,
      table: tableName(SCHEMA === defaultSchema ? null : SCHEMA, TABLE),
    })),
  };
}

type NameOf = (row: TableRow) => string;

const columnId = (table: string, column: string): string => JSON.stringify([table, column]);

// ── columns ──

/** The repertoires of the single-byte character sets that the columns use. */
async function charsetsOf(query: Query, rows: readonly ColumnRow[]): Promise<Charsets> {
  const used = new Set(rows.map((row) => row.CHARSET));
  const charsets = new Map<string, Charset['bytes']>();
  for (const { NAME } of (await readNarrowCharsets(query)).filter((charset) => used.has(charset.NAME))) {
    const [row] = await query<{ REPERTOIRE: string }>(`SELECT ${repertoireQuery(NAME)} AS REPERTOIRE`);
    charsets.set(NAME, singleByte(row?.REPERTOIRE ?? ''));
  }
  return charsets;
}

/** MariaDB's JSON columns, which are longtext with a check. */
const jsonColumnsOf = (rows: readonly CheckRow[], nameOf: NameOf): Set<string> =>
  new Set(
    rows.flatMap((row) => {
      const column = /^json_valid\(`(.+)`\)$/i.exec(row.CLAUSE)?.[1];
      return column ? [columnId(nameOf(row), column.replaceAll('``', '`'))] : [];
    }),
  );

/** MariaDB quotes a constant text and spells out NULL; MySQL returns the bare text and marks expressions in EXTRA. */
function constant(row: ColumnRow, mariadb: boolean): unknown {
  const text = row.DEFAULT_VALUE;
  if (text === null || (mariadb && text === 'NULL')) return undefined;
  if (/DEFAULT_GENERATED/i.test(row.EXTRA) || /^(current_timestamp|now|curdate|curtime|uuid)\b/i.test(text))
    return undefined;
  if (!mariadb) return text;
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  return /^[-+]?\d+(\.\d+)?$/.test(text) ? text : undefined;
}

/** The sequence in a MariaDB default, qualified with its database. */
const sequenceOf = ({ DEFAULT_VALUE }: ColumnRow): string | undefined =>
  /^nextval\((`(?:[^`]|``)+`(?:\.`(?:[^`]|``)+`)?)\)$/i.exec(DEFAULT_VALUE ?? '')?.[1];

function columnOf(row: ColumnRow, isJson: boolean, charsets: Charsets, mariadb: boolean): ColumnInfo {
  const autoIncrement = /auto_increment/i.test(row.EXTRA);
  const sequence = sequenceOf(row);
  return {
    name: row.NAME,
    sqlType: row.FULL_TYPE,
    type: columnType(row, isJson, charsets),
    nullable: row.NULLABLE === 'YES',
    defaultValue: constant(row, mariadb),
    hasDefault: autoIncrement || (row.DEFAULT_VALUE !== null && row.DEFAULT_VALUE !== 'NULL'),
    autoIncrement,
    ...(sequence !== undefined && { sequence }),
    generated: /(VIRTUAL|STORED|PERSISTENT)/i.test(row.EXTRA),
    changesOnUpdate: /on update/i.test(row.EXTRA),
  };
}

// ── keys ──

function uniqueKeysOf(rows: readonly { NAME: string; COLUMN: Text }[]): UniqueKey[] {
  return [...groupBy(rows, ({ NAME }) => NAME)].map(([name, parts]) => {
    const columns = parts.flatMap(({ COLUMN }) => COLUMN ?? []);
    return { name, columns: columns.length === parts.length ? columns : null };
  });
}

function keysOf(rows: readonly IndexRow[]): Pick<TableInfo, 'primaryKey' | 'uniqueKeys' | 'indexedFirst'> {
  const uniqueKeys = uniqueKeysOf(rows.filter((row) => row.IS_UNIQUE === 1));
  return {
    primaryKey: uniqueKeys.find((key) => key.name === 'PRIMARY')?.columns ?? [],
    uniqueKeys,
    indexedFirst: [...groupBy(rows, ({ NAME }) => NAME).values()].flatMap(([first]) =>
      first?.IS_LOOKUP === 1 ? (first.COLUMN ?? []) : [],
    ),
  };
}

function foreignKeysOf(rows: readonly KeyRow[], nameOf: NameOf): ForeignKey[] {
  return [...groupBy(rows, (row) => columnId(nameOf(row), row.NAME)).values()].flatMap((parts) => {
    const [first] = parts;
    if (!first) return [];
    return [
      {
        name: first.NAME,
        table: nameOf(first),
        columns: parts.map(({ COLUMN }) => COLUMN),
        targetTable: nameOf({ SCHEMA: first.TARGET_SCHEMA, TABLE: first.TARGET }),
        targetColumns: parts.map(({ TARGET_COLUMN }) => TARGET_COLUMN),
        onDelete: first.RULE as DeleteRule,
      },
    ];
  });
}

// ── all of it ──

/** information_schema contains all tables of the connection's database and of the schemas in the names. */
export async function readCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = queryOf(knex);
  const [server] = await query<{ db: string; version: string }>('SELECT DATABASE() AS db, VERSION() AS version');
  const current = server?.db ?? '';
  const mariadb = /mariadb/i.test(server?.version ?? '');
  const schemas = [...new Set([current, ...tables.flatMap((table) => schemaOf(table) ?? [])])];
  const nameOf: NameOf = ({ SCHEMA, TABLE }) => tableName(SCHEMA === current ? null : SCHEMA, TABLE);
  const wanted = new Set(tables);
  const columnRows = (await readColumns(query, schemas)).filter((row) => wanted.has(nameOf(row)));
  const charsets = await charsetsOf(query, columnRows);
  const viewRows = await readViews(query, schemas);
  const indexes = groupBy(await readIndexes(query, schemas), nameOf);
  const keyRows = await readForeignKeys(query, schemas);
  const triggerRows = await readTriggers(query, schemas);
  const ofEngine = await readEngineObstacles(query, schemas, { triggers: triggerRows, views: viewRows });
  const forbidden = await readRightsObstacles(query, schemas);
  const obstacle = (schema: string, name: string): string | null => ofEngine(schema, name) ?? forbidden(schema, name);
  const jsonColumns = jsonColumnsOf(mariadb ? await readChecks(query, schemas) : [], nameOf);

  const triggers = new Set(triggerRows.map(nameOf));
  const views = new Set(viewRows.map(nameOf));
  const found = new Map<string, TableInfo>();
  const columnsByTable = groupBy(columnRows, nameOf);
  for (const table of tables) {
    // A view of dropped tables or columns has no columns.
    const rows = columnsByTable.get(table) ?? [];
    if (rows.length === 0 && !views.has(table)) continue;
    found.set(table, {
      name: table,
      isView: views.has(table),
      columns: rows.map((row) => columnOf(row, jsonColumns.has(columnId(table, row.NAME)), charsets, mariadb)),
      ...keysOf(indexes.get(table) ?? []),
      hasTriggers: triggers.has(table),
      obstacle: obstacle(schemaOf(table) ?? current, tableParts(table).at(-1) ?? ''),
    });
  }
  return { tables: found, foreignKeys: foreignKeysOf(keyRows, nameOf) };
}

/** Reads the catalog of MySQL and MariaDB from information_schema. */
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
import { schemaOf, tableName, tableParts } from '../tableNames';
import { repertoireQuery, singleByte } from './charsets';
import { type CodeRow, marks, type Query, readEngineObstacles, tablesWithoutTransactions } from './engines';
import { readRightsObstacles } from './rights';
import { type Charsets, columnType, type Text, type TypeRow } from './types';

interface TableRow {
  SCHEMA: string;
  TABLE: string;
}

interface ColumnRow extends TypeRow, TableRow {
  NAME: string;
  NULLABLE: string;
  DEFAULT_VALUE: Text;
  EXTRA: string;
}

/** MariaDB quotes a constant text and spells out NULL; MySQL gives the bare text and marks expressions in EXTRA. */
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

/** What the sets of one byte a character hold, of those that the columns have. */
async function readCharsets(query: <T>(sql: string) => Promise<T[]>, rows: readonly ColumnRow[]): Promise<Charsets> {
  const used = new Set(rows.map((row) => row.CHARSET));
  const narrow = (
    await query<{ NAME: string }>(
      'SELECT CHARACTER_SET_NAME AS NAME FROM information_schema.CHARACTER_SETS WHERE MAXLEN = 1',
    )
  ).filter(({ NAME }) => used.has(NAME));
  const charsets = new Map<string, Charset['bytes']>();
  for (const { NAME } of narrow) {
    const [row] = await query<{ REPERTOIRE: string }>(`SELECT ${repertoireQuery(NAME)} AS REPERTOIRE`);
    charsets.set(NAME, singleByte(row?.REPERTOIRE ?? ''));
  }
  return charsets;
}

const queryOf =
  (knex: Knex): Query =>
  async <T>(sql: string, bindings: readonly Knex.RawBinding[] = []) =>
    ((await knex.raw(sql, bindings)) as [T[]])[0];

const SYSTEM_SCHEMAS = ['information_schema', 'mysql', 'performance_schema', 'sys'];

export async function listMysqlTables(knex: Knex, schemas: readonly string[]): Promise<TableListing> {
  const query = queryOf(knex);
  const [current] = await query<{ db: string }>('SELECT DATABASE() AS db');
  const defaultSchema = current?.db ?? '';
  const wanted = schemas.length > 0 ? schemas : [defaultSchema];
  const all = await query<{ NAME: string }>('SELECT SCHEMA_NAME AS NAME FROM information_schema.SCHEMATA');
  const rows = await query<TableRow>(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\` FROM information_schema.TABLES
      WHERE TABLE_TYPE <> 'SEQUENCE' AND TABLE_SCHEMA IN (${marks(wanted)}) ORDER BY TABLE_SCHEMA, TABLE_NAME`,
    [...wanted],
  );
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

interface IndexRow extends TableRow {
  NAME: string;
  COLUMN: Text;
  IS_UNIQUE: number;
  IS_LOOKUP: number;
}

interface KeyRow extends TableRow {
  NAME: string;
  COLUMN: string;
  TARGET_SCHEMA: string;
  TARGET: string;
  TARGET_COLUMN: string;
  RULE: string;
}

/** Columns of MariaDB's JSON, which is longtext with a check. */
async function jsonColumnsOf(query: Query, schemas: readonly string[], nameOf: NameOf): Promise<Set<string>> {
  const rows = await query<TableRow & { CLAUSE: string }>(
    `SELECT CONSTRAINT_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, CHECK_CLAUSE AS CLAUSE
       FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN (${marks(schemas)})`,
    [...schemas],
  );
  return new Set(
    rows.flatMap((row) => {
      const column = /^json_valid\(`(.+)`\)$/i.exec(row.CLAUSE)?.[1];
      return column ? [columnId(nameOf(row), column.replaceAll('``', '`'))] : [];
    }),
  );
}

type NameOf = (row: TableRow) => string;

const columnId = (table: string, column: string): string => JSON.stringify([table, column]);

function uniqueKeysOf(rows: readonly { NAME: string; COLUMN: Text }[]): UniqueKey[] {
  return [...groupBy(rows, ({ NAME }) => NAME)].map(([name, parts]) => {
    const columns = parts.flatMap(({ COLUMN }) => COLUMN ?? []);
    return { name, columns: columns.length === parts.length ? columns : null };
  });
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

/** MariaDB's sequence in a default, which names its database too. */
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

/** Information_schema answers for all tables of the connection's database and of schemas that names carry. */
export async function readMysqlCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = queryOf(knex);
  const [server] = await query<{ db: string; version: string }>('SELECT DATABASE() AS db, VERSION() AS version');
  const current = server?.db ?? '';
  const mariadb = /mariadb/i.test(server?.version ?? '');
  const schemas = [...new Set([current, ...tables.flatMap((table) => schemaOf(table) ?? [])])];
  const nameOf: NameOf = ({ SCHEMA, TABLE }) => tableName(SCHEMA === current ? null : SCHEMA, TABLE);
  const wanted = new Set(tables);
  const inSchemas = `TABLE_SCHEMA IN (${marks(schemas)})`;
  const columnRows = (
    await query<ColumnRow>(
      `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, COLUMN_NAME AS NAME, DATA_TYPE AS TYPE, COLUMN_TYPE AS FULL_TYPE,
              IS_NULLABLE AS NULLABLE, COLUMN_DEFAULT AS DEFAULT_VALUE, EXTRA, CHARACTER_MAXIMUM_LENGTH AS CHARACTERS,
              CHARACTER_OCTET_LENGTH AS BYTES, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION AS FRACTION,
              CHARACTER_SET_NAME AS CHARSET, COLLATION_NAME AS COLLATION
         FROM information_schema.COLUMNS WHERE ${inSchemas} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
      schemas,
    )
  ).filter((row) => wanted.has(nameOf(row)));
  const charsets = await readCharsets(query, columnRows);
  const viewRows = await query<CodeRow>(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, VIEW_DEFINITION AS TEXT
       FROM information_schema.VIEWS WHERE ${inSchemas}`,
    schemas,
  );
  const indexRows = await query<IndexRow>(
    `SELECT TABLE_SCHEMA AS \`SCHEMA\`, TABLE_NAME AS \`TABLE\`, INDEX_NAME AS NAME, COLUMN_NAME AS \`COLUMN\`,
            NON_UNIQUE = 0 AS IS_UNIQUE, INDEX_TYPE IN ('BTREE', 'HASH') AS IS_LOOKUP
       FROM information_schema.STATISTICS
      WHERE ${inSchemas} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    schemas,
  );
  const keyRows = await query<KeyRow>(
    `SELECT k.TABLE_SCHEMA AS \`SCHEMA\`, k.TABLE_NAME AS \`TABLE\`, k.CONSTRAINT_NAME AS NAME, k.COLUMN_NAME AS \`COLUMN\`,
            k.REFERENCED_TABLE_SCHEMA AS TARGET_SCHEMA, k.REFERENCED_TABLE_NAME AS TARGET,
            k.REFERENCED_COLUMN_NAME AS TARGET_COLUMN, r.DELETE_RULE AS RULE
       FROM information_schema.KEY_COLUMN_USAGE k
       JOIN information_schema.REFERENTIAL_CONSTRAINTS r
         ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
      WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.${inSchemas} AND r.CONSTRAINT_SCHEMA IN (${marks(schemas)})
      ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    [...schemas, ...schemas],
  );
  const triggerRows = await query<CodeRow>(
    `SELECT EVENT_OBJECT_SCHEMA AS \`SCHEMA\`, EVENT_OBJECT_TABLE AS \`TABLE\`, ACTION_STATEMENT AS TEXT
       FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA IN (${marks(schemas)})`,
    schemas,
  );
  const ofEngine = await readEngineObstacles(query, schemas, { triggers: triggerRows, views: viewRows });
  const forbidden = await readRightsObstacles(query, schemas);
  const obstacle = (schema: string, name: string): string | null => ofEngine(schema, name) ?? forbidden(schema, name);
  const jsonColumns = mariadb ? await jsonColumnsOf(query, schemas, nameOf) : new Set<string>();

  const indexes = groupBy(indexRows, nameOf);
  const triggers = new Set(triggerRows.map(nameOf));
  const views = new Set(viewRows.map(nameOf));
  const found = new Map<string, TableInfo>();
  const columnsByTable = groupBy(columnRows, nameOf);
  for (const table of tables) {
    // A view of what is gone has no columns.
    const rows = columnsByTable.get(table) ?? [];
    if (rows.length === 0 && !views.has(table)) continue;
    const ofTable = indexes.get(table) ?? [];
    const uniqueKeys = uniqueKeysOf(ofTable.filter((row) => row.IS_UNIQUE === 1));
    found.set(table, {
      name: table,
      isView: views.has(table),
      columns: rows.map((row) => columnOf(row, jsonColumns.has(columnId(table, row.NAME)), charsets, mariadb)),
      primaryKey: uniqueKeys.find((key) => key.name === 'PRIMARY')?.columns ?? [],
      uniqueKeys,
      indexedFirst: [...groupBy(ofTable, ({ NAME }) => NAME).values()].flatMap(([first]) =>
        first?.IS_LOOKUP === 1 ? (first.COLUMN ?? []) : [],
      ),
      hasTriggers: triggers.has(table),
      obstacle: obstacle(schemaOf(table) ?? current, tableParts(table).at(-1) ?? ''),
    });
  }
  return { tables: found, foreignKeys: foreignKeysOf(keyRows, nameOf) };
}

/** Tables of the connection's database whose names begin so and whose engine has no transactions. */
export const mysqlTablesWithoutTransactions = (
  knex: Knex,
  prefix: string,
): Promise<{ table: string; engine: string }[]> => tablesWithoutTransactions(queryOf(knex), prefix);

/** Reads the catalog of MySQL and MariaDB from information_schema. */
import type { Knex } from 'knex';
import {
  type Charset,
  type ColumnInfo,
  type DatabaseCatalog,
  type DeleteRule,
  type ForeignKey,
  type TableInfo,
  type UniqueKey,
} from '../catalog';
import { repertoireQuery, singleByte } from './charsets';
import { type Charsets, columnType, type Text, type TypeRow } from './types';

interface ColumnRow extends TypeRow {
  TABLE: string;
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

function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
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

/** Information_schema answers for all tables of the connection's database and of schemas that names carry. */
export async function readMysqlCatalog(knex: Knex, tables: readonly string[]): Promise<DatabaseCatalog> {
  const query = async <T>(sql: string, bindings: readonly Knex.RawBinding[] = []): Promise<T[]> =>
    ((await knex.raw(sql, bindings)) as [T[]])[0];
  const [server] = await query<{ db: string; version: string }>('SELECT DATABASE() AS db, VERSION() AS version');
  const current = server?.db ?? '';
  const mariadb = /mariadb/i.test(server?.version ?? '');
  const schemas = [
    ...new Set([current, ...tables.filter((t) => t.includes('.')).map((t) => t.slice(0, t.indexOf('.')))]),
  ];
  const named = `CASE WHEN TABLE_SCHEMA = ? THEN TABLE_NAME ELSE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) END`;
  const inSchemas = `TABLE_SCHEMA IN (${schemas.map(() => '?').join(', ')})`;
  const columnRows = await query<ColumnRow>(
    `SELECT ${named} AS \`TABLE\`, COLUMN_NAME AS NAME, DATA_TYPE AS TYPE, COLUMN_TYPE AS FULL_TYPE, IS_NULLABLE AS NULLABLE,
            COLUMN_DEFAULT AS DEFAULT_VALUE, EXTRA, CHARACTER_MAXIMUM_LENGTH AS CHARACTERS, CHARACTER_OCTET_LENGTH AS BYTES,
            NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION AS FRACTION, CHARACTER_SET_NAME AS CHARSET, COLLATION_NAME AS COLLATION
       FROM information_schema.COLUMNS WHERE ${inSchemas} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
    [current, ...schemas],
  );
  const charsets = await readCharsets(
    query,
    columnRows.filter((row) => tables.includes(row.TABLE)),
  );
  const indexRows = await query<{ TABLE: string; NAME: string; COLUMN: Text; IS_UNIQUE: number; IS_LOOKUP: number }>(
    `SELECT ${named} AS \`TABLE\`, INDEX_NAME AS NAME, COLUMN_NAME AS \`COLUMN\`, NON_UNIQUE = 0 AS IS_UNIQUE,
            INDEX_TYPE IN ('BTREE', 'HASH') AS IS_LOOKUP FROM information_schema.STATISTICS
      WHERE ${inSchemas} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    [current, ...schemas],
  );
  const keyRows = await query<{
    TABLE: string;
    NAME: string;
    COLUMN: string;
    TARGET: string;
    TARGET_COLUMN: string;
    RULE: string;
  }>(
    `SELECT CASE WHEN k.TABLE_SCHEMA = ? THEN k.TABLE_NAME ELSE CONCAT(k.TABLE_SCHEMA, '.', k.TABLE_NAME) END AS \`TABLE\`,
            k.CONSTRAINT_NAME AS NAME, k.COLUMN_NAME AS \`COLUMN\`,
            CASE WHEN k.REFERENCED_TABLE_SCHEMA = ? THEN k.REFERENCED_TABLE_NAME
                 ELSE CONCAT(k.REFERENCED_TABLE_SCHEMA, '.', k.REFERENCED_TABLE_NAME) END AS TARGET,
            k.REFERENCED_COLUMN_NAME AS TARGET_COLUMN, r.DELETE_RULE AS RULE
       FROM information_schema.KEY_COLUMN_USAGE k
       JOIN information_schema.REFERENTIAL_CONSTRAINTS r
         ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
      WHERE k.REFERENCED_TABLE_NAME IS NOT NULL AND k.${inSchemas}
      ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    [current, current, ...schemas],
  );
  const triggerRows = await query<{ TABLE: string }>(
    `SELECT DISTINCT CASE WHEN EVENT_OBJECT_SCHEMA = ? THEN EVENT_OBJECT_TABLE
                          ELSE CONCAT(EVENT_OBJECT_SCHEMA, '.', EVENT_OBJECT_TABLE) END AS \`TABLE\`
       FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA IN (${schemas.map(() => '?').join(', ')})`,
    [current, ...schemas],
  );
  // MariaDB's JSON is longtext with a check.
  const jsonColumns = new Set(
    mariadb
      ? (
          await query<{ TABLE: string; CLAUSE: string }>(
            `SELECT CASE WHEN CONSTRAINT_SCHEMA = ? THEN TABLE_NAME ELSE CONCAT(CONSTRAINT_SCHEMA, '.', TABLE_NAME) END AS \`TABLE\`, CHECK_CLAUSE AS CLAUSE
               FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN (${schemas.map(() => '?').join(', ')})`,
            [current, ...schemas],
          )
        ).flatMap((row) => {
          const column = /^json_valid\(`(.+)`\)$/i.exec(row.CLAUSE)?.[1];
          return column ? [`${row.TABLE} ${column}`] : [];
        })
      : [],
  );

  const indexes = groupBy(indexRows, (row) => row.TABLE);
  const triggers = new Set(triggerRows.map((row) => row.TABLE));
  const found = new Map<string, TableInfo>();
  for (const [table, rows] of groupBy(columnRows, (row) => row.TABLE)) {
    if (!tables.includes(table)) continue;
    const keys = groupBy(indexes.get(table) ?? [], (row) => row.NAME);
    const uniqueKeys = [...keys]
      .filter(([, [first]]) => first?.IS_UNIQUE === 1)
      .map(([name, parts]): UniqueKey => ({
        name,
        columns: parts.every((part) => part.COLUMN !== null) ? parts.map((part) => part.COLUMN as string) : null,
      }));
    found.set(table, {
      name: table,
      columns: rows.map((row): ColumnInfo => {
        const autoIncrement = /auto_increment/i.test(row.EXTRA);
        const changesOnUpdate = /on update/i.test(row.EXTRA);
        return {
          name: row.NAME,
          sqlType: row.FULL_TYPE,
          type: columnType(row, jsonColumns.has(`${table} ${row.NAME}`), charsets),
          nullable: row.NULLABLE === 'YES',
          defaultValue: constant(row, mariadb),
          hasDefault: autoIncrement || (row.DEFAULT_VALUE !== null && row.DEFAULT_VALUE !== 'NULL'),
          autoIncrement,
          generated: /(VIRTUAL|STORED|PERSISTENT)/i.test(row.EXTRA),
          changesOnUpdate,
        };
      }),
      primaryKey: uniqueKeys.find((key) => key.name === 'PRIMARY')?.columns ?? [],
      uniqueKeys,
      indexedFirst: [...keys.values()].flatMap(([first]) => (first?.IS_LOOKUP === 1 ? (first.COLUMN ?? []) : [])),
      hasTriggers: triggers.has(table),
    });
  }
  const foreignKeys = [...groupBy(keyRows, (row) => `${row.TABLE} ${row.NAME}`).values()].flatMap(
    (rows): ForeignKey[] => {
      const [first] = rows;
      if (!first) return [];
      return [
        {
          name: first.NAME,
          table: first.TABLE,
          columns: rows.map((row) => row.COLUMN),
          targetTable: first.TARGET,
          targetColumns: rows.map((row) => row.TARGET_COLUMN),
          onDelete: first.RULE as DeleteRule,
        },
      ];
    },
  );
  return { tables: found, foreignKeys };
}

/** Reads the catalog of MySQL and MariaDB from information_schema. */
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

type Text = string | null;

interface ColumnRow {
  TABLE: string;
  NAME: string;
  TYPE: string;
  FULL_TYPE: string;
  NULLABLE: string;
  DEFAULT_VALUE: Text;
  EXTRA: string;
  CHARACTERS: number | null;
  BYTES: number | null;
  NUMERIC_PRECISION: number | null;
  NUMERIC_SCALE: number | null;
  FRACTION: number | null;
  CHARSET: Text;
  COLLATION: Text;
}

function collationOf(charset: Text, collation: Text): Collation {
  if (!charset || !collation) return EXACT;
  if (collation === 'binary' || /_nopad_bin$|_0900_bin$/.test(collation)) return EXACT;
  return {
    kind: 'collated',
    name: collation,
    expression: `(CONVERT(? USING ${charset}) COLLATE ${collation})`,
    // The Roman collations call I and J, U and V equal.
    folds: !collation.includes('_roman_'),
  };
}

function membersOf(type: string): string[] {
  return [...type.matchAll(/'((?:[^']|'')*)'/g)].map((member) => (member[1] ?? '').replaceAll("''", "'"));
}

const INTEGER_BITS: Record<string, bigint> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

function columnType(row: ColumnRow, isJson: boolean): ColumnType {
  const type = row.TYPE.toLowerCase();
  const full = row.FULL_TYPE.toLowerCase();
  const fraction = row.FRACTION ?? 0;
  if (isJson || type === 'json') return { kind: 'json' };
  if (full.startsWith('tinyint(1)')) return { kind: 'boolean' };
  const bits = INTEGER_BITS[type];
  if (bits) return integerType(bits, full.includes('unsigned'));
  switch (type) {
    case 'year':
      return { kind: 'integer', min: 1901n, max: 2155n };
    case 'decimal':
      return { kind: 'decimal', precision: row.NUMERIC_PRECISION ?? undefined, scale: row.NUMERIC_SCALE ?? 0 };
    case 'float':
      return { kind: 'float', single: true };
    case 'double':
      return { kind: 'float', single: false };
    case 'date':
      return { kind: 'date' };
    case 'time':
      return { kind: 'time', fraction };
    case 'datetime':
      return { kind: 'datetime', fraction, zoned: false };
    case 'timestamp':
      return {
        kind: 'datetime',
        fraction,
        zoned: true,
        min: '1970-01-01T00:00:01Z',
        max: '2038-01-19T03:14:07.999999Z',
      };
    case 'uuid':
      return { kind: 'uuid' };
    case 'enum':
      return { kind: 'enum', members: membersOf(row.FULL_TYPE), collation: collationOf(row.CHARSET, row.COLLATION) };
    case 'char':
    case 'varchar':
      return {
        kind: 'string',
        maxLength: row.CHARACTERS ?? undefined,
        padded: type === 'char',
        collation: collationOf(row.CHARSET, row.COLLATION),
      };
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return { kind: 'string', maxBytes: row.BYTES ?? undefined, collation: collationOf(row.CHARSET, row.COLLATION) };
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return { kind: 'binary', maxBytes: row.BYTES ?? undefined };
    default:
      return { kind: 'other', sqlType: row.FULL_TYPE };
  }
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
  const indexRows = await query<{ TABLE: string; NAME: string; COLUMN: Text }>(
    `SELECT ${named} AS \`TABLE\`, INDEX_NAME AS NAME, COLUMN_NAME AS \`COLUMN\` FROM information_schema.STATISTICS
      WHERE NON_UNIQUE = 0 AND ${inSchemas} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
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
    const uniqueKeys = [...keys].map(([name, parts]): UniqueKey => ({
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
          type: columnType(row, jsonColumns.has(`${table} ${row.NAME}`)),
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

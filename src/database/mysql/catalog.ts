/** Reads the catalog of MySQL and MariaDB from information_schema. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Knex } from 'knex';
import {
  type Charset,
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
import { charsetOf, repertoireQuery, singleByte } from './charsets';

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

/** Collations of which it is known that they tell ASCII texts apart by nothing but case and trailing blanks. */
const FOLDING = new RegExp(
  [
    '^(?:utf8mb4|utf8mb3|utf8|latin1|ascii|ucs2|utf16|utf16le|utf32)_(?:general(?:_nopad)?_c[is]|(?:nopad_)?bin)$',
    '^(?:utf8mb4|utf8mb3|utf8|ucs2|utf16|utf32)_unicode(?:_520)?(?:_nopad)?_ci$',
    '^(?:(?:utf8mb4|utf8mb3|ucs2|utf16|utf32)_)?uca1400(?:_nopad)?_a[is]_c[is]$',
    '^utf8mb4_0900_(?:ai_ci|as_ci|as_cs|bin)$',
    '^latin1_swedish(?:_nopad)?_ci$',
  ].join('|'),
);

function collationOf(charset: Text, collation: Text): Collation {
  if (!charset || !collation) return EXACT;
  if (collation === 'binary' || /_nopad_bin$|_0900_bin$/.test(collation)) return EXACT;
  return {
    kind: 'collated',
    name: collation,
    expression: `(CONVERT(? USING ${charset}) COLLATE ${collation})`,
    folds: FOLDING.test(collation),
  };
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', '0': '\0' };

/** The members of an enum or a set, whose type spells quotes twice and other characters with a backslash. */
function membersOf(type: string): string[] {
  return [...type.matchAll(/'((?:[^'\\]|''|\\.)*)'/gs)].map(([, member = '']) =>
    member.replace(/''|\\(.)/gs, (_, escaped?: string) =>
      escaped === undefined ? "'" : (ESCAPES[escaped] ?? escaped),
    ),
  );
}

const INTEGER_BITS: Record<string, bigint> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

type Charsets = ReadonlyMap<string, Charset['bytes']>;

const text = (
  row: ColumnRow,
  charsets: Charsets,
  limits: { maxLength?: Limit; maxBytes?: Limit; padded?: boolean },
): ColumnType => ({
  kind: 'string',
  maxLength: limits.maxLength ?? undefined,
  maxBytes: limits.maxBytes ?? undefined,
  padded: limits.padded ?? false,
  charset: charsetOf(row.CHARSET ?? '', charsets),
  collation: collationOf(row.CHARSET, row.COLLATION),
});

type Limit = number | null;

const varchar = (row: ColumnRow, charsets: Charsets): ColumnType => text(row, charsets, { maxLength: row.CHARACTERS });
const longText = (row: ColumnRow, charsets: Charsets): ColumnType => text(row, charsets, { maxBytes: row.BYTES });
const bytes = (row: ColumnRow): ColumnType => ({ kind: 'binary', maxBytes: row.BYTES ?? undefined });

/** `float(7,2)` has a scale, `float` has none. */
const float = (row: ColumnRow, single: boolean): ColumnType => ({
  kind: 'float',
  single,
  ...(row.NUMERIC_SCALE === null ? {} : { precision: row.NUMERIC_PRECISION ?? undefined, scale: row.NUMERIC_SCALE }),
});

const datetime = (row: ColumnRow, zoned: boolean, limits: { min?: string; max?: string } = {}): ColumnType => ({
  kind: 'datetime',
  fraction: row.FRACTION ?? 0,
  zoned,
  ...limits,
});

const TIMESTAMP_LIMITS = { min: '1970-01-01T00:00:01Z', max: '2038-01-19T03:14:07.999999Z' };

function setType(row: ColumnRow): ColumnType {
  const members = membersOf(row.FULL_TYPE);
  // The members that it has, in the column's order.
  const spell = (given: string): string | null => {
    const parts = new Set(given === '' ? [] : given.split(','));
    return [...parts].every((part) => members.includes(part))
      ? members.filter((member) => parts.has(member)).join(',')
      : null;
  };
  return { kind: 'other', sqlType: row.FULL_TYPE, comparable: true, spell };
}

function inet6(given: string): string | null {
  if (isIPv4(given)) return `::ffff:${given}`;
  return isIPv6(given) ? new URL(`http://[${given}]`).hostname.slice(1, -1) : null;
}

/** Types by the name that information_schema has for them. */
const TYPES: Readonly<Record<string, (row: ColumnRow, charsets: Charsets) => ColumnType>> = {
  json: () => ({ kind: 'json' }),
  year: () => ({ kind: 'integer', min: 1901n, max: 2155n }),
  bit: ({ NUMERIC_PRECISION }) =>
    NUMERIC_PRECISION === 1 ? { kind: 'boolean' } : integerType(BigInt(NUMERIC_PRECISION ?? 1), true),
  decimal: (row) => ({ kind: 'decimal', precision: row.NUMERIC_PRECISION ?? undefined, scale: row.NUMERIC_SCALE ?? 0 }),
  float: (row) => float(row, true),
  double: (row) => float(row, false),
  date: () => ({ kind: 'date' }),
  time: (row) => ({ kind: 'time', fraction: row.FRACTION ?? 0 }),
  datetime: (row) => datetime(row, false),
  timestamp: (row) => datetime(row, true, TIMESTAMP_LIMITS),
  uuid: () => ({ kind: 'uuid' }),
  enum: (row) => ({
    kind: 'enum',
    members: membersOf(row.FULL_TYPE),
    collation: collationOf(row.CHARSET, row.COLLATION),
  }),
  set: setType,
  char: (row, charsets) => text(row, charsets, { maxLength: row.CHARACTERS, padded: true }),
  varchar,
  tinytext: longText,
  text: longText,
  mediumtext: longText,
  longtext: longText,
  binary: (row) => ({ kind: 'binary', maxBytes: row.BYTES ?? undefined, fixed: true }),
  varbinary: bytes,
  tinyblob: bytes,
  blob: bytes,
  mediumblob: bytes,
  longblob: bytes,
  inet4: (row) => ({
    kind: 'other',
    sqlType: row.FULL_TYPE,
    comparable: true,
    spell: (given) => (isIPv4(given) ? given : null),
  }),
  inet6: (row) => ({ kind: 'other', sqlType: row.FULL_TYPE, comparable: true, spell: inet6 }),
};

function columnType(row: ColumnRow, isJson: boolean, charsets: Charsets): ColumnType {
  const type = row.TYPE.toLowerCase();
  const full = row.FULL_TYPE.toLowerCase();
  if (isJson) return { kind: 'json' };
  if (full.startsWith('tinyint(1)')) return { kind: 'boolean' };
  const bits = INTEGER_BITS[type];
  if (bits) return integerType(bits, full.includes('unsigned'));
  return TYPES[type]?.(row, charsets) ?? { kind: 'other', sqlType: row.FULL_TYPE, comparable: !GEOMETRY.test(type) };
}

const GEOMETRY = /geom|point|linestring|polygon/;

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

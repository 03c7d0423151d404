/** Maps the types of MySQL and MariaDB to column types. */
import { isIPv4 } from 'node:net';
import { spellIPv4, spellIPv6 } from '../addresses';
import { type Charset, type Collation, type ColumnType, EXACT, integerType } from '../catalog';
import { charsetOf } from './charsets';
import { special } from './specialValues';

export type Text = string | null;

/** A column's type in information_schema. */
export interface TypeRow {
  TYPE: string;
  FULL_TYPE: string;
  CHARACTERS: number | null;
  BYTES: number | null;
  NUMERIC_PRECISION: number | null;
  NUMERIC_SCALE: number | null;
  FRACTION: number | null;
  CHARSET: Text;
  COLLATION: Text;
}

/** Collations that are known to treat ASCII texts as equal only if they differ in nothing but case and trailing blanks. */
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

/** The members of an enum or a set. The type doubles quotes and escapes other characters with a backslash. */
function membersOf(type: string): string[] {
  return [...type.matchAll(/'((?:[^'\\]|''|\\.)*)'/gs)].map(([, member = '']) =>
    member.replace(/''|\\(.)/gs, (_, escaped?: string) =>
      escaped === undefined ? "'" : (ESCAPES[escaped] ?? escaped),
    ),
  );
}

const INTEGER_BITS: Record<string, bigint> = { tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n };

/** The byte counts of single-byte sets, by name. */
export type Charsets = ReadonlyMap<string, Charset['bytes']>;

const text = (
  row: TypeRow,
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

const varchar = (row: TypeRow, charsets: Charsets): ColumnType => text(row, charsets, { maxLength: row.CHARACTERS });
const longText = (row: TypeRow, charsets: Charsets): ColumnType => text(row, charsets, { maxBytes: row.BYTES });
const bytes = (row: TypeRow): ColumnType => ({ kind: 'binary', maxBytes: row.BYTES ?? undefined });

const isUnsigned = ({ FULL_TYPE }: TypeRow): boolean => /\bunsigned\b/i.test(FULL_TYPE);

/** `float(7,2)` has a scale, `float` has none. */
const float = (row: TypeRow, single: boolean): ColumnType => ({
  kind: 'float',
  single,
  unsigned: isUnsigned(row),
  ...(row.NUMERIC_SCALE === null ? {} : { precision: row.NUMERIC_PRECISION ?? undefined, scale: row.NUMERIC_SCALE }),
});

const datetime = (row: TypeRow, zoned: boolean, limits: { min?: string; max?: string } = {}): ColumnType => ({
  kind: 'datetime',
  fraction: row.FRACTION ?? 0,
  zoned,
  special: limits.max ? special.onlyZero : special.zeroTimestamp(row.FRACTION ?? 0),
  ...limits,
});

const TIMESTAMP_LIMITS = { min: '1970-01-01T00:00:01Z', max: '2038-01-19T03:14:07.999999Z' };

function setType(row: TypeRow): ColumnType {
  const members = membersOf(row.FULL_TYPE);
  // The members of a set, in the column's order.
  const spell = (given: string): string | null => {
    const parts = new Set(given === '' ? [] : given.split(','));
    return [...parts].every((part) => members.includes(part))
      ? members.filter((member) => parts.has(member)).join(',')
      : null;
  };
  return { kind: 'other', sqlType: row.FULL_TYPE, comparable: true, spell };
}

/** Types by their name in information_schema. */
const TYPES: Readonly<Record<string, (row: TypeRow, charsets: Charsets) => ColumnType>> = {
  json: () => ({ kind: 'json' }),
  year: () => ({ kind: 'integer', min: 1901n, max: 2155n, zero: true }),
  bit: ({ NUMERIC_PRECISION }) =>
    NUMERIC_PRECISION === 1 ? { kind: 'boolean' } : integerType(BigInt(NUMERIC_PRECISION ?? 1), true),
  decimal: (row) => ({
    kind: 'decimal',
    precision: row.NUMERIC_PRECISION ?? undefined,
    scale: row.NUMERIC_SCALE ?? 0,
    unsigned: isUnsigned(row),
  }),
  float: (row) => float(row, true),
  double: (row) => float(row, false),
  date: () => ({ kind: 'date', special: special.zeroDate }),
  time: (row) => ({ kind: 'time', fraction: row.FRACTION ?? 0, special: special.interval(row.FRACTION ?? 0) }),
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
  inet4: (row) => ({ kind: 'other', sqlType: row.FULL_TYPE, comparable: true, spell: spellIPv4 }),
  inet6: (row) => ({
    kind: 'other',
    sqlType: row.FULL_TYPE,
    comparable: true,
    spell: (given) => spellIPv6(isIPv4(given) ? `::ffff:${given}` : given),
  }),
};

export function columnType(row: TypeRow, isJson: boolean, charsets: Charsets): ColumnType {
  const type = row.TYPE.toLowerCase();
  const full = row.FULL_TYPE.toLowerCase();
  if (isJson) return { kind: 'json' };
  const bits = INTEGER_BITS[type];
  // BOOLEAN is tinyint(1), which stores other integers as well.
  if (bits) return { ...integerType(bits, isUnsigned(row)), words: full.startsWith('tinyint(1)') };
  return TYPES[type]?.(row, charsets) ?? otherType(row, GEOMETRY.test(type));
}

const otherType = (row: TypeRow, isGeometry: boolean): ColumnType => ({
  kind: 'other',
  sqlType: row.FULL_TYPE,
  comparable: !isGeometry,
  ...(isGeometry ? { unwritable: `nsync cannot write the type ${row.FULL_TYPE}` } : {}),
});

const GEOMETRY = /geom|point|linestring|polygon/;

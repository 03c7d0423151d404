/** Maps PostgreSQL's types to column types. */
import { type Collation, type ColumnType, EXACT, integerType, type OtherType } from '../catalog';
import { special } from './specialValues';

/** A column's type in the catalog query. Domains are resolved to their base types. */
export interface TypeRow {
  /** `typname` of the type, or of an array's element type. */
  readonly base: string;
  /** The name in casts. */
  readonly full: string;
  readonly modifier: number;
  readonly is_array: boolean;
  /** The type or an array's element type: `plain` without length and precision, `exact` with them. */
  readonly plain: string;
  readonly exact: string;
  /** The character between elements of an array. */
  readonly delimiter: string;
  /** A range or a multirange. */
  readonly is_range: boolean;
  /** The type has an equality. */
  readonly comparable: boolean;
  /** Its values can be sorted. */
  readonly ordered: boolean;
  readonly members: readonly string[] | null;
  readonly collation: string | null;
  readonly deterministic: boolean | null;
}

function collationOf(row: TypeRow): Collation {
  if (row.base === 'citext') return { kind: 'collated', name: 'citext', expression: '(?::citext)', folds: true };
  if (row.deterministic === false) {
    // An ICU collation may ignore punctuation or compare digits by value, so only the database can compare.
    return {
      kind: 'collated',
      name: row.collation ?? '',
      expression: `(?::text COLLATE ${row.collation})`,
      folds: false,
    };
  }
  return EXACT;
}

const fractionOf = (row: TypeRow): number => (row.modifier >= 0 ? row.modifier : 6);

function numeric({ modifier }: TypeRow): ColumnType {
  if (modifier < 4) return { kind: 'decimal', special: special.notFinite };
  const packed = modifier - 4;
  // The scale has eleven bits; the highest is its sign.
  return {
    kind: 'decimal',
    precision: (packed >> 16) & 0xffff,
    scale: ((packed & 0x7ff) ^ 0x400) - 0x400,
    special: special.notANumber,
  };
}

const lengthOf = (row: TypeRow): number | undefined => (row.modifier >= 4 ? row.modifier - 4 : undefined);
const text = (row: TypeRow): ColumnType => ({ kind: 'string', collation: collationOf(row) });

/** Types by `typname`. */
const TYPES: Readonly<Record<string, (row: TypeRow) => ColumnType>> = {
  int2: () => integerType(16n),
  int4: () => integerType(32n),
  int8: () => integerType(64n),
  numeric,
  float4: () => ({ kind: 'float', single: true, special: special.notFinite }),
  float8: () => ({ kind: 'float', single: false, special: special.notFinite }),
  bool: () => ({ kind: 'boolean' }),
  date: () => ({ kind: 'date', special: special.date }),
  time: (row) => ({ kind: 'time', fraction: fractionOf(row), special: special.endOfDay }),
  timestamp: (row) => ({
    kind: 'datetime',
    fraction: fractionOf(row),
    zoned: false,
    special: special.timestamp(fractionOf(row)),
  }),
  timestamptz: (row) => ({
    kind: 'datetime',
    fraction: fractionOf(row),
    zoned: true,
    special: special.timestamp(fractionOf(row)),
  }),
  json: () => ({ kind: 'json' }),
  jsonb: () => ({ kind: 'json' }),
  uuid: () => ({ kind: 'uuid' }),
  bytea: () => ({ kind: 'binary' }),
  varchar: (row) => ({ kind: 'string', maxLength: lengthOf(row), padded: false, collation: collationOf(row) }),
  bpchar: (row) => ({ kind: 'string', maxLength: lengthOf(row), padded: true, collation: collationOf(row) }),
  text,
  citext: text,
  // PostgreSQL truncates longer names.
  name: () => ({ kind: 'string', maxBytes: 63, collation: EXACT }),
};

/** Types whose values may contain words such as `now`. */
const CLOCKS = /^(?:timetz|(?:ts|tstz|date)(?:multi)?range)$/;

/** A type that only the database can parse. Values with different spellings may be equal. */
function nativeType({ base, full, plain, exact, comparable, ordered, is_range }: TypeRow, suffix: string): OtherType {
  return {
    kind: 'other',
    sqlType: full,
    comparable,
    collation: ordered
      ? { kind: 'collated', name: plain, expression: `(?::${plain}${suffix})`, folds: false }
      : undefined,
    native: { plain: plain + suffix, exact: exact + suffix, hasMoments: is_range || CLOCKS.test(base) },
  };
}

/** The type of a column, or of an array's elements. */
function scalarType(row: TypeRow): ColumnType {
  if (row.members) return { kind: 'enum', members: row.members, collation: EXACT };
  return (Object.hasOwn(TYPES, row.base) ? TYPES[row.base]?.(row) : undefined) ?? nativeType(row, '');
}

/** Whether canonical values of the type are equal only if they are identical. */
const isIdentical = (type: ColumnType): boolean =>
  type.kind === 'other' || type.kind === 'string' ? (type.collation ?? EXACT).kind === 'exact' : true;

export function columnType(row: TypeRow): ColumnType {
  const type = scalarType(row);
  if (!row.is_array) return type;
  // Some types have another delimiter than a comma.
  const array = nativeType(row, '[]');
  if (row.delimiter !== ',') return array;
  return { ...array, element: type, collation: isIdentical(type) ? undefined : array.collation };
}

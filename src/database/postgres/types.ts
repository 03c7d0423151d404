/** What PostgreSQL's types are to the engine. */
import { isIPv4 } from 'node:net';
import { spellIPv4, spellIPv6 } from '../addresses';
import { type Collation, type ColumnType, EXACT, integerType } from '../catalog';

/** A column's type as the catalog query gives it; domains are resolved to what they are made of. */
export interface TypeRow {
  /** `typname` of the type, of an array that of its elements. */
  readonly base: string;
  /** As casts name it. */
  readonly full: string;
  readonly modifier: number;
  readonly is_array: boolean;
  /** The type has an equality. */
  readonly comparable: boolean;
  readonly members: readonly string[] | null;
  readonly collation: string | null;
  readonly deterministic: boolean | null;
}

function collationOf(row: TypeRow): Collation {
  if (row.base === 'citext') return { kind: 'collated', name: 'citext', expression: '(?::citext)', folds: true };
  if (row.deterministic === false) {
    // An ICU collation may ignore punctuation or compare digits by value: only the database can tell.
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
  if (modifier < 4) return { kind: 'decimal' };
  const packed = modifier - 4;
  // The scale has eleven bits, the highest of which is its sign.
  return { kind: 'decimal', precision: (packed >> 16) & 0xffff, scale: ((packed & 0x7ff) ^ 0x400) - 0x400 };
}

const lengthOf = (row: TypeRow): number | undefined => (row.modifier >= 4 ? row.modifier - 4 : undefined);
const text = (row: TypeRow): ColumnType => ({ kind: 'string', collation: collationOf(row) });

/** An address as PostgreSQL spells it: a network's length is left out where it is all of the address. */
function inet(given: string): string | null {
  const [, address = '', length] = /^\s*([^/]+?)\s*(?:\/(\d{1,3}))?\s*$/.exec(given) ?? [];
  const spelt = spellIPv4(address) ?? spellIPv6(address);
  const bits = isIPv4(address) ? 32 : 128;
  if (spelt === null || Number(length ?? bits) > bits) return null;
  return length === undefined || Number(length) === bits ? spelt : `${spelt}/${Number(length)}`;
}

/** `08:00:2b:01:02:03`, however the twelve digits were set apart. */
function macaddr(given: string): string | null {
  const digits = given.trim().toLowerCase().replace(/[:.-]/g, '');
  return /^[0-9a-f]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : null;
}

const bits =
  (fits: (length: number, modifier: number) => boolean) =>
  ({ modifier }: TypeRow) =>
  (given: string): string | null =>
    /^[01]*$/.test(given) && (modifier < 0 || fits(given.length, modifier)) ? given : null;

/** How the database spells values of types that only it has; of others it alone knows. */
const SPELLINGS: Readonly<Record<string, (row: TypeRow) => (given: string) => string | null>> = {
  inet: () => inet,
  macaddr: () => macaddr,
  bit: bits((length, modifier) => length === modifier),
  varbit: bits((length, modifier) => length <= modifier),
};

/** Types by `typname`. */
const TYPES: Readonly<Record<string, (row: TypeRow) => ColumnType>> = {
  int2: () => integerType(16n),
  int4: () => integerType(32n),
  int8: () => integerType(64n),
  numeric,
  float4: () => ({ kind: 'float', single: true }),
  float8: () => ({ kind: 'float', single: false }),
  bool: () => ({ kind: 'boolean' }),
  date: () => ({ kind: 'date' }),
  time: (row) => ({ kind: 'time', fraction: fractionOf(row) }),
  timestamp: (row) => ({ kind: 'datetime', fraction: fractionOf(row), zoned: false }),
  timestamptz: (row) => ({ kind: 'datetime', fraction: fractionOf(row), zoned: true }),
  json: () => ({ kind: 'json' }),
  jsonb: () => ({ kind: 'json' }),
  uuid: () => ({ kind: 'uuid' }),
  bytea: () => ({ kind: 'binary' }),
  varchar: (row) => ({ kind: 'string', maxLength: lengthOf(row), padded: false, collation: collationOf(row) }),
  bpchar: (row) => ({ kind: 'string', maxLength: lengthOf(row), padded: true, collation: collationOf(row) }),
  text,
  citext: text,
  name: text,
};

/** The type of a column, or of an array's elements. */
function scalarType(row: TypeRow): ColumnType {
  if (row.members) return { kind: 'enum', members: row.members, collation: EXACT };
  const known = Object.hasOwn(TYPES, row.base) ? TYPES[row.base]?.(row) : undefined;
  return (
    known ?? {
      kind: 'other',
      sqlType: row.full,
      comparable: row.comparable,
      spell: Object.hasOwn(SPELLINGS, row.base) ? SPELLINGS[row.base]?.(row) : undefined,
    }
  );
}

export function columnType(row: TypeRow): ColumnType {
  const type = scalarType(row);
  return row.is_array ? { kind: 'other', sqlType: row.full, comparable: row.comparable, element: type } : type;
}

/** Maps SQLite's declared types to column types. */
import { type Collation, type ColumnType, integerType, type Lossy } from '../catalog';

/** A column's affinity follows from its declared type (https://sqlite.org/datatype3.html#determination_of_column_affinity). */
const AFFINITIES: readonly (readonly [pattern: RegExp, affinity: 'number' | 'none'])[] = [
  [/int/, 'number'],
  [/char|clob|text/, 'none'],
  [/blob|^$/, 'none'],
];

const hasNumericAffinity = (type: string): boolean =>
  (AFFINITIES.find(([pattern]) => pattern.test(type))?.[1] ?? 'number') === 'number';

/** SQLite's own rule, without names such as POINT and INTERVAL that contain "int" by accident. */
const isInteger = (name: string): boolean => /int/.test(name) && !/point|interval/.test(name);

const NUMBER = /^\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?\s*$/i;
const SMALLEST_INTEGER = -(2n ** 63n);
const LARGEST_INTEGER = 2n ** 63n - 1n;
/** Smaller whole numbers are stored as integers. */
const LARGEST_WHOLE = 2 ** 63;

const isStorable = (integer: bigint): boolean => integer >= SMALLEST_INTEGER && integer <= LARGEST_INTEGER;

/** The text that a column of numeric affinity returns for a stored text. */
export function givenBack(text: string): string {
  if (!NUMBER.test(text)) return text;
  const digits = /^\s*\+?(-?\d+)\s*$/.exec(text)?.[1];
  if (digits !== undefined && isStorable(BigInt(digits))) return String(BigInt(digits));
  const number = Number(text);
  return Number.isInteger(number) && Math.abs(number) < LARGEST_WHOLE ? String(BigInt(number)) : String(number);
}

/** Texts that a column of numeric affinity would change to other numbers. */
const lossyIn =
  (declared: string): Lossy =>
  (text) => {
    const back = givenBack(text);
    return back === text ? null : `would become ${back} in a column declared ${declared} (declare the column TEXT)`;
  };

function lengthOf(declared: string): number | undefined {
  const length = /\(\s*(\d+)\s*\)/.exec(declared)?.[1];
  return length === undefined ? undefined : Number(length);
}

const INTEGER = integerType(64n);

interface Declared {
  /** The declaration as it is written. */
  readonly declared: string;
  /** The declaration in lower case. */
  readonly type: string;
  /** The declaration in lower case, without brackets. */
  readonly name: string;
  readonly collation: Collation;
  readonly lossy?: Lossy;
}

function decimal({ type }: Declared): ColumnType {
  const [precision, scale] = [...type.matchAll(/\d+/g)].map(Number);
  // A NUMERIC column stores a whole number as an integer, and a fraction as a double with 15 exact digits.
  return {
    kind: 'decimal',
    precision,
    scale: precision === undefined ? undefined : (scale ?? 0),
    exact: { digits: 15, whole: LARGEST_INTEGER },
  };
}

const text = ({ type, name, collation, lossy }: Declared): ColumnType => ({
  kind: 'string',
  maxLength: lengthOf(type),
  padded: /^(national |native )?n?char(acter)?$/.test(name),
  collation,
  lossy,
});

const fractionOf = ({ type }: Declared): number => lengthOf(type) ?? 6;

/** By declared name; the first match counts. SQLite accepts any name, and these names mean the same as in other databases (R45). */
const TYPES: readonly (readonly [fits: (declared: Declared) => boolean, type: (declared: Declared) => ColumnType])[] = [
  [
    ({ name, type }) => /^bool(ean)?$/.test(name) || type === 'tinyint(1)',
    () => ({ kind: 'boolean', integers: INTEGER }),
  ],
  [({ name }) => isInteger(name), () => INTEGER],
  [({ name }) => name === 'date', () => ({ kind: 'date' })],
  [({ name }) => name === 'time', (declared) => ({ kind: 'time', fraction: fractionOf(declared) })],
  [
    ({ name }) => /^(datetime|timestamp|timestamptz)/.test(name),
    (declared) => ({ kind: 'datetime', fraction: fractionOf(declared), zoned: true }),
  ],
  [({ name }) => /^(decimal|numeric|number|money)/.test(name), decimal],
  [({ name }) => /^(real|double|float)/.test(name), () => ({ kind: 'float', single: false })],
  [({ name }) => /^jsonb?$/.test(name), ({ lossy }) => ({ kind: 'json', lossy })],
  [({ name }) => name === 'uuid', () => ({ kind: 'uuid' })],
  [({ name }) => /^(blob|binary|varbinary)/.test(name), ({ type }) => ({ kind: 'binary', maxBytes: lengthOf(type) })],
  [({ name }) => /char|text|clob|^string/.test(name), text],
  [({ name }) => /^(any)?$/.test(name), ({ collation, lossy }) => ({ kind: 'string', collation, lossy })],
];

/** The column type for a declaration. `members`: the values that a check allows. */
export function columnType(
  declared: string,
  collation: Collation,
  members: readonly string[] | null,
  isStrict: boolean,
): ColumnType {
  const type = declared.toLowerCase().trim();
  const keepsAny = isStrict && type === 'any';
  const lossy = hasNumericAffinity(type) && !keepsAny ? lossyIn(declared) : undefined;
  if (members) return { kind: 'enum', members, collation, lossy };
  const described: Declared = { declared, type, name: type.replace(/\(.*/, '').trim(), collation, lossy };
  const found = TYPES.find(([fits]) => fits(described));
  return found ? found[1](described) : { kind: 'other', sqlType: declared, comparable: true, lossy };
}

export const ROWID = INTEGER;

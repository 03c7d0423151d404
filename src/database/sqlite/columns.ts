/** Columns as SQLite is asked for them. */
import type { ColumnInfo, ColumnType } from '../catalog';
import type { Binding, SqlFragment } from '../dialect';
import { nameQuoter } from '../quoting';
import {
  dateSpellings,
  dateText,
  milliseconds,
  millisecondsOf,
  timestampSpellings,
  timestampText,
  timeSpellings,
  timeText,
} from './moments';

const quote = nameQuoter('"');

const SAFE_DIGITS = 15;

/** Integers as text beyond 2^53, where JavaScript's numbers end. Small numbers stay what they are, which costs less. */
const exactInteger = (column: string): string =>
  `CASE WHEN ${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN ${column} ELSE CAST(${column} AS TEXT) END`;

/** Text that is stored as a number, for its column has numeric affinity or none. */
const integersAsText = (column: string): string =>
  `CASE typeof(${column}) WHEN 'integer' THEN CAST(${column} AS TEXT) ELSE ${column} END`;

/** JSON as text: SQLite's own binary format is a BLOB. */
const jsonText = (column: string): string =>
  `CASE WHEN typeof(${column}) = 'integer' THEN CAST(${column} AS TEXT) WHEN typeof(${column}) = 'blob' AND json_valid(${column}, 4) THEN json(${column}) ELSE ${column} END`;

type Kinds<T> = { readonly [K in ColumnType['kind']]?: (column: string, type: Extract<ColumnType, { kind: K }>) => T };

const isLoose = ({ sqlType }: ColumnInfo): boolean => /^(any)?$/i.test(sqlType);

/** By kind, a column as an expression whose values arrive in one spelling and with all their digits. */
const READ: Kinds<string> = {
  decimal: (column, { precision = Infinity }) => (precision > SAFE_DIGITS ? `CAST(${column} AS TEXT)` : column),
  integer: exactInteger,
  json: jsonText,
  date: dateText,
  time: timeText,
  datetime: timestampText,
  enum: (column, { lossy }) => (lossy ? integersAsText(column) : column),
  other: (column, { lossy }) => (lossy ? integersAsText(column) : column),
};

/** A column in a SELECT or RETURNING under its own name. */
export function selected(column: ColumnInfo): string {
  const { name, type } = column;
  const quoted = quote(name);
  const read = READ[type.kind] as ((column: string, type: ColumnType) => string) | undefined;
  const isNumberOrText = type.kind === 'string' && (type.lossy !== undefined || isLoose(column));
  const expression = isNumberOrText ? integersAsText(quoted) : (read?.(quoted, type) ?? quoted);
  return expression === quoted ? expression : `${expression} AS ${quoted}`;
}

const TRUTHS = {
  true: ['t', 'true', 'True', 'TRUE', 'T', 'yes', 'Y'],
  false: ['f', 'false', 'False', 'FALSE', 'F', 'no', 'N'],
};

/** By kind, how other programs may have stored what is bound so. */
const SPELLINGS: { readonly [K in ColumnType['kind']]?: (value: never) => Binding[] } = {
  uuid: (value: string) => [value, value.toUpperCase()],
  date: dateSpellings,
  time: timeSpellings,
  datetime: timestampSpellings,
  boolean: (value: number) =>
    value === 0 || value === 1 ? [value, ...TRUTHS[value === 1 ? 'true' : 'false']] : [value],
  binary: (value: Buffer) => (value.equals(Buffer.from(value.toString())) ? [value, value.toString()] : [value]),
};

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

const textOrNumber = (value: string): Binding[] => (NUMBER.test(value) ? [value, Number(value)] : [value]);

function spellingsOf(column: ColumnInfo): ((value: Binding) => Binding[]) | undefined {
  const spell = column.type.kind === 'string' && isLoose(column) ? textOrNumber : SPELLINGS[column.type.kind];
  return spell as ((value: Binding) => Binding[]) | undefined;
}

/** SQLite stores what it is given: other programs may have spelt the same value in other ways. */
const hasSpellings = (column: ColumnInfo): boolean => spellingsOf(column) !== undefined;

/** Tuples in all spellings of their values, so that an index is used. */
function inAllSpellings(
  columns: readonly ColumnInfo[],
  tuples: readonly (readonly Binding[])[],
  applies: (column: ColumnInfo) => boolean,
): typeof tuples {
  let all = tuples;
  columns.forEach((column, index) => {
    const spell = applies(column) ? spellingsOf(column) : undefined;
    if (spell) all = all.flatMap((tuple) => spell(tuple[index] ?? null).map((spelt) => tuple.with(index, spelt)));
  });
  return all;
}

/** Lists of JSON are one binding, so that a statement is not parsed at length. It holds neither bytes nor all digits of a fraction. */
const NOT_JSON = new Set<ColumnType['kind']>(['float', 'decimal', 'binary']);

const jsonOf = (value: Binding): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value));

interface Scanned {
  readonly column: (column: string) => string;
  readonly value: (value: string) => Binding;
}

/** How values are compared where no index has to be used: then no spelling need be known beforehand. */
const SCANNED: { readonly [K in ColumnType['kind']]?: Scanned } = {
  date: { column: dateText, value: (value) => value },
  datetime: { column: milliseconds, value: millisecondsOf },
};

const scannedBy = ({ type, isIndexed }: ColumnInfo): Scanned | undefined =>
  isIndexed ? undefined : SCANNED[type.kind];

/** `(a, b) IN (tuples)`, with columns by their quoted names and values in all their spellings. */
export function amongTuples(
  names: readonly string[],
  columns: readonly ColumnInfo[],
  tuples: readonly (readonly Binding[])[],
): SqlFragment {
  const scans = columns.map(scannedBy);
  const compared = names.map((name, index) => scans[index]?.column(name) ?? name);
  const given = scans.every((scan) => scan === undefined)
    ? tuples
    : tuples.map((tuple) => tuple.map((value, index) => scans[index]?.value(String(value)) ?? value));
  const spelt = inAllSpellings(columns, given, (column) => scannedBy(column) === undefined);
  const isJson =
    columns.every(({ type }) => !NOT_JSON.has(type.kind)) && (columns.length === 1 || columns.some(hasSpellings));
  const [first] = compared;
  if (columns.length === 1)
    return isJson
      ? { sql: `${first} IN (SELECT value FROM json_each(?))`, bindings: [jsonList(spelt.flat())] }
      : { sql: `${first} IN (${spelt.map(() => '?').join(', ')})`, bindings: spelt.flat() };
  const parts = columns.map((_, index) => (isJson ? `json_extract(value, '$[${index}]')` : '?')).join(', ');
  return {
    sql: `(${compared.join(', ')}) IN (${isJson ? `SELECT ${parts} FROM json_each(?)` : `VALUES ${spelt.map(() => `(${parts})`).join(', ')}`})`,
    bindings: isJson ? [`[${spelt.map(jsonList).join()}]`] : spelt.flat(),
  };
}

const jsonList = (values: readonly Binding[]): string => `[${values.map(jsonOf).join()}]`;

/** How a key column is compared with what a row has for it, and what is bound for that. */
export function keyCondition(column: ColumnInfo): { readonly sql: string; readonly bind: (value: Binding) => Binding } {
  const spell = NOT_JSON.has(column.type.kind) ? undefined : spellingsOf(column);
  const name = quote(column.name);
  return spell
    ? { sql: `${name} IN (SELECT value FROM json_each(?))`, bind: (value) => jsonList(spell(value)) }
    : { sql: `${name} = ?`, bind: (value) => value };
}

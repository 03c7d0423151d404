/** Conditions that match any of many values. */
import type { ColumnInfo, ColumnType } from '../catalog';
import type { Binding, Dialect } from '../dialect';
import { isLoose, quote, quoteForKnex } from './columns';
import { dateSpellings, dateText, milliseconds, millisecondsOf, timestampSpellings, timeSpellings } from './moments';

const TRUTHS = {
  true: ['t', 'true', 'True', 'TRUE', 'T', 'yes', 'Y'],
  false: ['f', 'false', 'False', 'FALSE', 'F', 'no', 'N'],
};

/** The spellings in which other programs may have stored a bound value, by kind. */
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

/** SQLite stores values as given, so other programs may have stored another spelling of the same value. */
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

/** A JSON list is a single binding, which keeps the statement short. JSON cannot contain bytes, or all digits of a fraction. */
const NOT_JSON = new Set<ColumnType['kind']>(['float', 'decimal', 'binary']);

const jsonOf = (value: Binding): string => (typeof value === 'bigint' ? String(value) : JSON.stringify(value));

interface Scanned {
  readonly column: (column: string) => string;
  readonly value: (value: string) => Binding;
}

/** How columns without an index are compared. The spellings need not be known in advance. */
const SCANNED: { readonly [K in ColumnType['kind']]?: Scanned } = {
  date: { column: dateText, value: (value) => value },
  datetime: { column: milliseconds, value: millisecondsOf },
};

const scannedBy = ({ type, isIndexed }: ColumnInfo): Scanned | undefined =>
  isIndexed ? undefined : SCANNED[type.kind];

const jsonList = (values: readonly Binding[]): string => `[${values.map(jsonOf).join()}]`;

/** Searches for values in all their spellings. */
export const tupleCondition: Dialect['tupleCondition'] = (_knex, columns, tuples) => {
  const scans = columns.map(scannedBy);
  const compared = columns.map(({ name }, index) => scans[index]?.column(quoteForKnex(name)) ?? quoteForKnex(name));
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
  const names = compared.join(', ');
  if (isJson) {
    const parts = columns.map((_, index) => `json_extract(value, '$[${index}]')`).join(', ');
    const list = `[${spelt.map(jsonList).join()}]`;
    return { sql: `(${names}) IN (SELECT ${parts} FROM json_each(?))`, bindings: [list] };
  }
  const rows = spelt.map((tuple) => `(${tuple.map(() => '?').join(', ')})`).join(', ');
  return { sql: `(${names}) IN (VALUES ${rows})`, bindings: spelt.flat() };
};

export const prefixedCondition: Dialect['prefixedCondition'] = (knex, _table, prefix, column, values) => {
  const among = tupleCondition(knex, [column], values.map((value) => [value])); // prettier-ignore
  const equal = prefix.map(([{ name }]) => `${quoteForKnex(name)} = ? AND `).join('');
  return { sql: equal + among.sql, bindings: [...prefix.map(([, value]) => value), ...among.bindings] };
};

/** SQL that compares a key column with a row's value, and the conversion of that value to a binding. */
export function keyCondition(column: ColumnInfo): { readonly sql: string; readonly bind: (value: Binding) => Binding } {
  const spell = NOT_JSON.has(column.type.kind) ? undefined : spellingsOf(column);
  const name = quote(column.name);
  return spell
    ? { sql: `${name} IN (SELECT value FROM json_each(?))`, bind: (value) => jsonList(spell(value)) }
    : { sql: `${name} = ?`, bind: (value) => value };
}

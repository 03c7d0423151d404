/**
 * The values of a column's type (R14, R45), parsed from clients' input and read from databases and models.
 * A canonical value is JSON: text, number (integers beyond 2^53 as text), boolean, null, or for JSON columns any JSON.
 * These are text: decimals, dates (`2026-01-31`), times (`08:05:00.5`), timestamps (`2026-01-31T08:05:00.5Z`, UTC),
 * UUIDs (lower case), bytes (`base64:AAEC`), and JSON with more digits than JavaScript can represent
 * (`json:{"id":9007199254740993}`).
 */
import type { ColumnType } from '../database';
import type { Canonical, Codec, Kind, Parsed, ParseOptions } from './codecs/codec';
import { json, sortedNames } from './codecs/json';
import { boolean, decimal, float, integer } from './codecs/numbers';
import { binary, otherCodec } from './codecs/structures';
import { enumeration, string, uuid } from './codecs/text';
import { date, datetime, time } from './codecs/times';

export type { Canonical, Parsed, ParseOptions } from './codecs/codec';
export { Spellings } from './nativeSpellings';
export { longerThan, unstorable } from './codecs/text';

const other = otherCodec({
  parse: ({ element }, item, options) => (element ? parseValue(element, item, options) : { value: null }),
  read: ({ element }, item) => (element ? readValue(element, item) : null),
});

const CODECS: { readonly [K in Kind]: Codec<K> } = {
  string, enum: enumeration, integer, decimal, float, boolean, date, time, datetime, json, uuid, binary, other,
}; // prettier-ignore

const codecOf = (type: ColumnType): Codec<Kind> => CODECS[type.kind] as Codec<Kind>;

/**
 * Whether values of a type can be looked up. Databases define equal JSON differently, and some types have no equality.
 */
export const isComparable = (type: ColumnType): boolean =>
  type.kind !== 'json' && (type.kind !== 'other' || type.comparable);

/** Whether `''` can be a value of the type. */
export const takesEmptyText = (type: ColumnType): boolean => type.kind === 'string' || type.kind === 'enum';

/** A client's value as the column would store it. Null and undefined become null. Callers handle `''` (R14). */
export function parseValue(type: ColumnType, input: unknown, options: ParseOptions): Parsed {
  if (input === null || input === undefined) return { value: null };
  return codecOf(type).parse(type, input, options);
}

/** A value of a database or a model as a canonical value. */
export function readValue(type: ColumnType, raw: unknown): Canonical {
  if (raw === null || raw === undefined) return null;
  return codecOf(type).read(type, raw);
}

/** The same text for the same canonical values, and different texts for different values. */
export function identityOf(value: Canonical): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(sortedNames(value)) : String(value);
}

/** Whether two values are identical, byte for byte. The order of keys in JSON objects does not matter. */
export function sameValue(a: Canonical, b: Canonical): boolean {
  if (a === b) return true;
  return a !== null && b !== null && typeof a === 'object' && typeof b === 'object' && identityOf(a) === identityOf(b);
}

/** Whether an unforced update may fill the value (R12). */
export const isEmpty = (value: Canonical): boolean => value === null || value === '';

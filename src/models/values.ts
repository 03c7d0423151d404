/**
 * What a value is for a column's type (R14, R45): read from what a client sends, and from what a database or a model
 * gives. A canonical value is JSON: text, number (integers beyond 2^53 as text), boolean, null, or for JSON columns
 * any JSON. Decimals, dates (`2026-01-31`), times (`08:05:00.5`), timestamps (`2026-01-31T08:05:00.5Z`, UTC), UUIDs
 * (lower case), bytes (`base64:AAEC`) and JSON with more digits than JavaScript holds (`json:{"id":9007199254740993}`) are text.
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

/** Whether values of a type can be looked up: databases do not agree on what equal JSON is, and some types have no equality. */
export const isComparable = (type: ColumnType): boolean =>
  type.kind !== 'json' && (type.kind !== 'other' || type.comparable);

/** Whether `''` can be a value of the type by itself. */
export const takesEmptyText = (type: ColumnType): boolean => type.kind === 'string' || type.kind === 'enum';

/** What a client sent, as the column would store it; null and undefined stay null, `''` is the caller's affair (R14). */
export function parseValue(type: ColumnType, input: unknown, options: ParseOptions): Parsed {
  if (input === null || input === undefined) return { value: null };
  return codecOf(type).parse(type, input, options);
}

/** What a database or a model gives, as a canonical value. */
export function readValue(type: ColumnType, raw: unknown): Canonical {
  if (raw === null || raw === undefined) return null;
  return codecOf(type).read(type, raw);
}

/** A text that is the same for two canonical values exactly where they are the same value. */
export function identityOf(value: Canonical): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(sortedNames(value)) : String(value);
}

/** The same value, byte for byte; JSON objects whatever the order of their keys. */
export function sameValue(a: Canonical, b: Canonical): boolean {
  if (a === b) return true;
  return a !== null && b !== null && typeof a === 'object' && typeof b === 'object' && identityOf(a) === identityOf(b);
}

/** What an unforced update may fill (R12). */
export const isEmpty = (value: Canonical): boolean => value === null || value === '';

/** Types that all codecs share. */
import type { ColumnType, NativeType, Spelling } from '../../database';

/** A value of clients and the engine (see ../values). */
export type Canonical = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown };

/**
 * A value, or the reason why the input is invalid: a phrase such as "is longer than 50 characters". `unfit`: the input
 * has the right type but exceeds its limits, so no stored value can equal it.
 */
export type Parsed = { readonly value: Canonical } | { readonly reason: string; readonly unfit: boolean };

/** The database's spelling of values that only the database can parse. */
export interface SpellingSource {
  /** Undefined if the database has not been asked yet. The value is parsed again afterwards. */
  of(type: NativeType, text: string): Spelling | undefined;
}

export interface ParseOptions {
  /** Whether the value is text of a file, in which JSON is serialized. */
  readonly text: boolean;
  /** Undefined: values are already in the database's spelling. */
  readonly spellings?: SpellingSource;
}

export type Kind = ColumnType['kind'];
export type TypeOf<K extends Kind> = Extract<ColumnType, { kind: K }>;

/** How values of a type are parsed and read. */
export interface Codec<K extends Kind> {
  /** `input` is never null, undefined or ''. */
  parse(type: TypeOf<K>, input: unknown, options: ParseOptions): Parsed;
  /** `raw` is never null or undefined. A stored value that is invalid for the type is returned as text. */
  read(type: TypeOf<K>, raw: unknown): Canonical;
}

export const valid = (value: Canonical): Parsed => ({ value });
export const invalid = (reason: string): Parsed => ({ reason, unfit: false });
export const unfit = (reason: string): Parsed => ({ reason, unfit: true });

/** The text of a string, number or boolean; null for other values. */
export function asText(input: unknown): string | null {
  if (typeof input === 'string') return input;
  return typeof input === 'number' || typeof input === 'boolean' || typeof input === 'bigint' ? String(input) : null;
}

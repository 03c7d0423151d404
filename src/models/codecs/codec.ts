/** What the codecs of all types have in common. */
import type { ColumnType, NativeType, Spelling } from '../../database';

/** A value as clients and the engine have it (see ../values). */
export type Canonical = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown };

/**
 * A value, or why it cannot be one: a phrase such as "is longer than 50 characters". `unfit` says that the value is of
 * the type but beyond its limits, so that nothing stored can equal it.
 */
export type Parsed = { readonly value: Canonical } | { readonly reason: string; readonly unfit: boolean };

/** How the database spells values that only it can parse. */
export interface SpellingSource {
  /** Undefined if the database has not been asked yet: the value is parsed again afterwards. */
  of(type: NativeType, text: string): Spelling | undefined;
}

export interface ParseOptions {
  /** The value is text of a file, where JSON is written out. */
  readonly text: boolean;
  /** Undefined: values are spelled as the database spells them already. */
  readonly spellings?: SpellingSource;
}

export type Kind = ColumnType['kind'];
export type TypeOf<K extends Kind> = Extract<ColumnType, { kind: K }>;

/** How values of a type are parsed. */
export interface Codec<K extends Kind> {
  /** `input` is never null, undefined or ''. */
  parse(type: TypeOf<K>, input: unknown, options: ParseOptions): Parsed;
  /** `raw` is never null or undefined. What is no value of the type, though it is stored, is read as text. */
  read(type: TypeOf<K>, raw: unknown): Canonical;
}

export const valid = (value: Canonical): Parsed => ({ value });
export const invalid = (reason: string): Parsed => ({ reason, unfit: false });
export const unfit = (reason: string): Parsed => ({ reason, unfit: true });

/** Text of what can be meant as one; null of anything else. */
export function asText(input: unknown): string | null {
  if (typeof input === 'string') return input;
  return typeof input === 'number' || typeof input === 'boolean' || typeof input === 'bigint' ? String(input) : null;
}

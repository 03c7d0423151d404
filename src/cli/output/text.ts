/** Text for terminals: its characters, width and colours. */
import { styleText } from 'node:util';

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

/** The text in a colour, if stdout is a terminal that supports colours (NO_COLOR, FORCE_COLOR). */
export const paint = (colour: Colour, text: string): string => styleText(colour, text, { stream: process.stdout });

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes control characters, and characters that change the writing direction, because data must not control the terminal. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => ESCAPES[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** East Asian wide and fullwidth characters (UAX #11), and emoji. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const NARROWEST = /^[\p{M}\p{Cf}]+$/u;
const ASCII = /^[ -~]*$/;
const characters = new Intl.Segmenter();

const widthOfCharacter = (segment: string): number => (WIDE.test(segment) ? 2 : NARROWEST.test(segment) ? 0 : 1);

/** The number of terminal columns of a text. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of characters.segment(text)) width += widthOfCharacter(segment);
  return width;
}

/** A text in at most `width` columns; `…` replaces the rest. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let start = '';
  let left = width - 1;
  for (const { segment } of characters.segment(text)) {
    left -= widthOfCharacter(segment);
    if (left < 0) break;
    start += segment;
  }
  return width > 0 ? `${start}…` : '';
}

const LONGEST_VALUE = 200;

/** A field's value as JSON. A long one is truncated. */
export function shownValue(value: unknown): string {
  const text = printable(JSON.stringify(value) ?? 'null');
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** A number for people: `12,345`. */
export const grouped = (count: number, decimals = 0): string =>
  count.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** `1 row`, `12,345 rows`. */
export const counted = (count: number, noun: string): string => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A time in UTC, to the second: `2026-01-31T08:05:00Z`. */
export const shownTime = (time: string | null): string | null => time?.replace(/\.\d+Z$/, 'Z') ?? null;

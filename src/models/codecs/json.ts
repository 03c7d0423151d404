/**
 * JSON documents, with all digits of their numbers (R14, R46). If JavaScript represents all numbers of a document
 * exactly, the document is plain JSON. Any other document, and a text that looks like one, is text behind a mark:
 * `json:{"id":9007199254740993}`.
 */
import { isTooDeep, TOO_DEEP } from '../../nesting';
import { JSON_MARK } from '../../spellings';
import { type Canonical, type Codec, invalid, valid } from './codec';
import { spellNumber } from './exactNumbers';
import { unstorable } from './text';

/** The same value with the names of its objects sorted. */
export function sortedNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedNames);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sortedNames(item)]),
  );
}

/** In serialized JSON, such a character is an escape sequence. A text may also contain the same letters literally. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/** Why one of the texts or names in a value cannot be stored; null if all can. */
function unstorableWithin(value: unknown): string | null {
  if (typeof value === 'string') return unstorable(value);
  if (value === null || typeof value !== 'object') return null;
  for (const [name, item] of Object.entries(value)) {
    const reason = unstorable(name) ?? unstorableWithin(item);
    if (reason) return reason;
  }
  return null;
}

/** Doubles represent any 15 digits. Integers beyond 10^21 have an exponent, like measurements. */
const LARGEST_IDENTIFIER = 1e21;

/** Whether a JSON parser may have rounded the number: an identifier beyond 2^53, or 1e400. */
const mayBeRounded = (number: number): boolean =>
  Number.isInteger(number)
    ? !Number.isSafeInteger(number) && Math.abs(number) < LARGEST_IDENTIFIER
    : !Number.isFinite(number);

/** The first number in a value that may have been rounded. */
function roundedWithin(value: unknown): number | null {
  if (typeof value === 'number') return mayBeRounded(value) ? value : null;
  if (value === null || typeof value !== 'object') return null;
  for (const item of Object.values(value)) {
    const found = roundedWithin(item);
    if (found !== null) return found;
  }
  return null;
}

/** Texts (which may contain digits) and numbers in JSON. */
const TEXTS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** Shorter numbers are exact. */
const LONG_NUMBER = /[\d.]{16}|\d[eE]/;

/** A JSON text whose numbers are converted to texts, with all their digits. */
export const numbersAsTexts = (text: string): string =>
  text.replace(TEXTS_AND_NUMBERS, (token) => (token.startsWith('"') ? token : `"${token}"`));

function isExact(token: string): boolean {
  if (token.startsWith('"') || !LONG_NUMBER.test(token)) return true;
  const number = Number(token);
  return Number.isFinite(number) && !mayBeRounded(number) && spellNumber(token) === spellNumber(String(number));
}

/** The canonical spelling of a JSON text: sorted names, and numbers with all their digits. */
function exactText(text: string): string {
  // Numbers pass through the parser as texts. The first letter distinguishes them from other texts.
  const marked = text.replace(TEXTS_AND_NUMBERS, (token) =>
    token.startsWith('"') ? `"t${token.slice(1)}` : `"n${spellNumber(token)}"`,
  );
  return JSON.stringify(sortedNames(JSON.parse(marked))).replace(TEXTS_AND_NUMBERS, (token) =>
    token.startsWith('"n') ? token.slice(2, -1) : `"${token.slice(2)}`,
  );
}

class NestedTooDeep extends Error {}

/** The document in a text. Throws SyntaxError if the text is not JSON, or NestedTooDeep. */
function documentOf(text: string): { readonly document: Canonical; readonly parsed: unknown } {
  const parsed: unknown = JSON.parse(text);
  if (isTooDeep(parsed)) throw new NestedTooDeep(TOO_DEEP);
  if (typeof parsed === 'string')
    return { parsed, document: parsed.startsWith(JSON_MARK) ? JSON_MARK + JSON.stringify(parsed) : parsed };
  const isPlain = !LONG_NUMBER.test(text) || (text.match(TEXTS_AND_NUMBERS) ?? []).every(isExact);
  return { parsed, document: isPlain ? (parsed as Canonical) : JSON_MARK + exactText(text) };
}

/** The document as JavaScript's own parser reads it, possibly with rounded numbers. */
export const roundedDocument = (document: Canonical): unknown =>
  isMarked(document) ? JSON.parse(document.slice(JSON_MARK.length)) : document;

/** Whether a canonical document is a text behind the mark. */
export const isMarked = (document: unknown): document is string =>
  typeof document === 'string' && document.startsWith(JSON_MARK);

export const json: Codec<'json'> = {
  parse({ lossy }, input, { text }) {
    const marked = isMarked(input);
    let document = input as Canonical;
    let parsed: unknown = input;
    if (marked || (text && typeof input === 'string'))
      try {
        ({ document, parsed } = documentOf(marked ? input.slice(JSON_MARK.length) : input));
      } catch (error) {
        if (error instanceof NestedTooDeep) return invalid(error.message);
        return invalid(marked ? `is not JSON after "${JSON_MARK}"` : 'is not JSON');
      }
    else {
      const rounded = roundedWithin(input);
      if (rounded !== null)
        return invalid(`contains ${rounded}, which JSON rounds. Send the document as text, ${JSON_MARK}{…}`);
    }
    const reason = SUSPICIOUS.test(JSON.stringify(parsed)) ? unstorableWithin(parsed) : null;
    const refusal = reason ?? lossy?.(isMarked(document) ? document.slice(JSON_MARK.length) : JSON.stringify(document));
    return refusal ? invalid(refusal) : valid(document);
  },
  read(_type, raw) {
    const text = typeof raw === 'number' || typeof raw === 'bigint' ? String(raw) : raw;
    if (typeof text !== 'string') return text as Canonical;
    try {
      return documentOf(text).document;
    } catch {
      return text;
    }
  },
};

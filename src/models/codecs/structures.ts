/** Bytes, and types that only one database has. */
import type { NativeType, OtherType } from '../../database';
import { isTooDeep, TOO_DEEP } from '../../nesting';
import { isMarkedBytes, markedBytes, spellBytes } from '../../spellings';
import { asText, type Canonical, type Codec, invalid, type Parsed, type ParseOptions, unfit, valid } from './codec';
import { numbersAsTexts } from './json';
import { unstorable } from './text';

// ── bytes ──

/** The bytes as UTF-8 text; null if they cannot be represented as text. */
function plainText(bytes: Buffer): string | null {
  const text = bytes.toString();
  return bytes.equals(Buffer.from(text)) && unstorable(text) === null && !isMarkedBytes(text) ? text : null;
}

/** Bytes in an array, which drivers do not parse: `\\x00ff`. */
const hexBytes = (text: string): Buffer =>
  text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex') : Buffer.from(text);

export const binary: Codec<'binary'> = {
  parse(type, input) {
    const text = typeof input === 'string' ? input : null;
    if (text === null) return invalid('is not text');
    const asItStands = type.text && !isMarkedBytes(text) && unstorable(text) === null;
    const bytes = asItStands ? Buffer.from(text) : markedBytes(text);
    if (!bytes) return invalid(isMarkedBytes(text) ? 'is not base64 or hex' : NOT_MARKED);
    const { maxBytes, fixed } = type;
    if (maxBytes !== undefined && bytes.length > maxBytes) return unfit(`is longer than ${maxBytes} bytes`);
    return valid(binary.read(type, fixed && maxBytes !== undefined ? Buffer.concat([bytes], maxBytes) : bytes));
  },
  read(type, raw) {
    const bytes = typeof raw === 'string' ? hexBytes(raw) : Buffer.isBuffer(raw) ? raw : Buffer.from(raw as Uint8Array);
    return (type.text ? plainText(bytes) : null) ?? spellBytes(bytes);
  },
};

const NOT_MARKED =
  'is not marked as bytes. Send "base64:…" or "hex:…", or list the column in NSYNC_TEXT_COLUMNS (library: textColumns)';

// ── arrays and the rest ──

/** Parses and reads elements with the codecs of all types, which include this one. */
interface ElementCodec {
  parse(type: OtherType, element: unknown, options: ParseOptions): Parsed;
  read(type: OtherType, element: unknown): Canonical;
}

/** Parses `{1,NULL,"a \"b\"",{2}}` to nested arrays of texts and nulls; null if the text is not an array. */
function arrayElements(literal: string): unknown[] | null {
  const tokens = literal.trim().match(/[{}]|,|"(?:[^"\\]|\\.)*"|(?:[^{},"\\]|\\.)+/gs) ?? [];
  if (tokens.join('') !== literal.trim() || tokens[0] !== '{') return null;
  const open: unknown[][] = [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') {
      const inner: unknown[] = [];
      open.at(-1)?.push(inner);
      open.push(inner);
    } else if (token === '}') {
      const closed = open.pop();
      if (open.length === 0) return closed && index === tokens.length - 1 ? closed : null;
    } else if (token !== ',') {
      const text = token.startsWith('"') ? token.slice(1, -1) : token.trim();
      open.at(-1)?.push(!token.startsWith('"') && /^null$/i.test(text) ? null : text.replace(/\\(.)/gs, '$1'));
    }
  }
  return null;
}

/** Elements of JSON arrays may be arrays themselves, so such an array has only one dimension. */
const mayNest = ({ element }: OtherType): boolean => element?.kind !== 'json';

function parseItems(type: OtherType, items: readonly unknown[], options: ParseOptions, codec: ElementCodec): Parsed {
  const values: Canonical[] = [];
  for (const item of items) {
    const isNested = Array.isArray(item) && mayNest(type);
    const parsed = isNested ? parseItems(type, item, options, codec) : codec.parse(type, item, options);
    if (!('value' in parsed)) return { reason: `has an element that ${parsed.reason}`, unfit: parsed.unfit };
    values.push(parsed.value);
  }
  return valid(values);
}

/** The lengths of nested arrays; null if arrays at the same depth have different lengths. */
function dimensionsOf(items: readonly unknown[]): readonly number[] | null {
  const inner = items.map((item) => (Array.isArray(item) ? dimensionsOf(item) : []));
  const [first = []] = inner;
  return inner.every((each) => each !== null && String(each) === String(first))
    ? [items.length, ...(first ?? [])]
    : null;
}

function parseArray(type: OtherType, items: readonly unknown[], options: ParseOptions, codec: ElementCodec): Parsed {
  const dimensions = mayNest(type) ? dimensionsOf(items) : [items.length];
  if (!dimensions) return invalid('is an array of arrays of different lengths');
  // The database has a single empty array for all dimensions.
  return dimensions.includes(0) ? valid([]) : parseItems(type, items, options, codec);
}

const readItems = (type: OtherType, items: readonly unknown[], codec: ElementCodec): Canonical =>
  items.map((item) => (Array.isArray(item) ? readItems(type, item, codec) : codec.read(type, item)));

/** A text in the database's spelling, if the database was asked already. */
function parseNative(native: NativeType, text: string, { spellings }: ParseOptions): Parsed {
  if (!spellings) return valid(text);
  const spelling = spellings.of(native, text);
  if (!spelling) return invalid('is not known to the database yet');
  return 'text' in spelling ? valid(spelling.text) : spelling;
}

/**
 * The items of an array as given, and whether they are text of the database; null if the input must be parsed as text.
 */
function givenItems(
  type: OtherType,
  input: unknown,
): { readonly items: readonly unknown[]; readonly text: boolean } | null {
  const given: unknown = typeof input === 'string' && input.trim().startsWith('[') ? fromJson(type, input) : input;
  if (Array.isArray(given)) return { items: given, text: false };
  const items = arrayElements(asText(given) ?? '');
  return items && (mayNest(type) || !items.some(Array.isArray)) ? { items, text: true } : null;
}

/** The codec of other types. It passes elements of arrays to the codecs of all types. */
export const otherCodec = (codec: ElementCodec): Codec<'other'> => ({
  parse(type, input, options) {
    const given = type.element ? givenItems(type, input) : null;
    if (given && isTooDeep(given.items)) return invalid(TOO_DEEP);
    if (given) return parseArray(type, given.items, { ...options, text: given.text }, codec);
    if (type.element && (!type.native || typeof input !== 'string')) return invalid('is not an array');
    const text = asText(input) ?? JSON.stringify(input);
    const reason = unstorable(text) ?? type.lossy?.(text);
    if (reason) return invalid(reason);
    if (type.native) {
      const spelled = parseNative(type.native, text, options);
      // Explicit bounds, which any array may have, are removed.
      return type.element && 'value' in spelled ? valid(this.read(type, spelled.value)) : spelled;
    }
    const spelt = type.spell ? type.spell(text) : text;
    return spelt === null ? invalid(`is not a value of type ${type.sqlType}`) : valid(spelt);
  },
  read(type, raw) {
    if (type.element) {
      const items = Array.isArray(raw) ? (raw as unknown[]) : arrayElements(String(raw));
      if (items && (mayNest(type) || !items.some(Array.isArray))) return readItems(type, items, codec);
    }
    const text = typeof raw === 'object' ? JSON.stringify(raw) : String(raw);
    return type.spell?.(text) ?? text;
  },
});

/** A JSON array, whose numbers retain all their digits unless the elements are JSON; the text if it is not JSON. */
function fromJson(type: OtherType, text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return mayNest(type) ? JSON.parse(numbersAsTexts(text)) : parsed;
  } catch {
    return text;
  }
}

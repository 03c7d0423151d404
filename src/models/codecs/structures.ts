/** JSON, bytes, and types of one database alone. */
import type { OtherType } from '../../database';
import { asText, type Canonical, type Codec, invalid, type Parsed, type ParseOptions, valid } from './codec';
import { unstorable } from './text';

// ── JSON ──

/** Written out, such a character is an escape; text may have the same letters by itself. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/** Why one of the texts within, names too, cannot be stored. */
function unstorableWithin(value: unknown): string | null {
  if (typeof value === 'string') return unstorable(value);
  if (value === null || typeof value !== 'object') return null;
  for (const [name, item] of Object.entries(value)) {
    const reason = unstorable(name) ?? unstorableWithin(item);
    if (reason) return reason;
  }
  return null;
}

export const json: Codec<'json'> = {
  parse(_type, input, { text }) {
    let value = input as Canonical;
    if (text && typeof input === 'string')
      try {
        value = JSON.parse(input) as Canonical;
      } catch {
        return invalid('is not JSON');
      }
    const reason = SUSPICIOUS.test(JSON.stringify(value)) ? unstorableWithin(value) : null;
    return reason ? invalid(reason) : valid(value);
  },
  read(_type, raw) {
    if (typeof raw !== 'string') return raw as Canonical;
    try {
      return JSON.parse(raw) as Canonical;
    } catch {
      return raw;
    }
  },
};

// ── bytes ──

export const binary: Codec<'binary'> = {
  parse(type, input) {
    const text = typeof input === 'string' ? input.replace(/\s+/g, '') : '!';
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return invalid('is not base64');
    const bytes = Buffer.from(text, 'base64');
    const { maxBytes, fixed } = type;
    if (maxBytes !== undefined && bytes.length > maxBytes)
      return { reason: `is longer than ${maxBytes} bytes`, unfit: true };
    const kept = fixed && maxBytes !== undefined ? Buffer.concat([bytes], maxBytes) : bytes;
    return valid(kept.toString('base64'));
  },
  read: (_type, raw) => (Buffer.isBuffer(raw) ? raw : Buffer.from(raw as Uint8Array)).toString('base64'),
};

// ── arrays and the rest ──

/** How elements are parsed and read: by the codecs of all types, which these are part of. */
export interface ElementCodec {
  parse(type: OtherType, element: unknown, options: ParseOptions): Parsed;
  read(type: OtherType, element: unknown): Canonical;
}

/** `{1,NULL,"a \"b\"",{2}}` as nested arrays of texts and nulls; null where it is no such text. */
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

function parseArray(type: OtherType, items: readonly unknown[], options: ParseOptions, codec: ElementCodec): Parsed {
  const values: Canonical[] = [];
  for (const item of items) {
    const parsed = Array.isArray(item) ? parseArray(type, item, options, codec) : codec.parse(type, item, options);
    if (!('value' in parsed)) return { reason: `has an element that ${parsed.reason}`, unfit: parsed.unfit };
    values.push(parsed.value);
  }
  return valid(values);
}

const readArray = (type: OtherType, items: readonly unknown[], codec: ElementCodec): Canonical =>
  items.map((item) => (Array.isArray(item) ? readArray(type, item, codec) : codec.read(type, item)));

/** The codec of other types, which takes elements of arrays to the codecs of all. */
export const otherCodec = (codec: ElementCodec): Codec<'other'> => ({
  parse(type, input) {
    if (type.element) {
      const given: unknown = typeof input === 'string' && input.trim().startsWith('[') ? fromJson(input) : input;
      const items = Array.isArray(given) ? given : arrayElements(asText(given) ?? '');
      return items ? parseArray(type, items, { text: true }, codec) : invalid('is not an array');
    }
    const text = asText(input) ?? JSON.stringify(input);
    const reason = unstorable(text);
    if (reason) return invalid(reason);
    const spelt = type.spell ? type.spell(text) : text;
    return spelt === null ? invalid(`is not a value of type ${type.sqlType}`) : valid(spelt);
  },
  read(type, raw) {
    if (type.element) {
      const items = Array.isArray(raw) ? (raw as unknown[]) : arrayElements(String(raw));
      if (items) return readArray(type, items, codec);
    }
    const text = typeof raw === 'object' ? JSON.stringify(raw) : String(raw);
    return type.spell?.(text) ?? text;
  },
});

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

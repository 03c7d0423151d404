/** Text, enums and UUIDs. */
import { withoutAtEnd } from '../../trimming';
import { asText, type Codec, invalid, unfit, valid } from './codec';
import { isRounded, ROUNDED } from './exactNumbers';

/** Characters that databases store differently or not at all: U+0000 and halves of surrogate pairs. */
const UNSTORABLE = /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

const SUSPICIOUS = /[\u0000\ud800-\udfff]/;

/** Why no database can store a text; null if all can. */
export function unstorable(text: string): string | null {
  // This faster pattern rules out most texts.
  return SUSPICIOUS.test(text) && UNSTORABLE.test(text)
    ? 'contains a character that cannot be stored (U+0000 or half of a surrogate pair)'
    : null;
}

/** Whether a text has more characters than this (code points, as databases count). */
export function longerThan(text: string, length: number): boolean {
  // A character has one or two code units.
  return text.length > length && (text.length > 2 * length || Array.from(text).length > length);
}

export const string: Codec<'string'> = {
  parse(type, input) {
    if (isRounded(input)) return invalid(ROUNDED);
    const text = asText(input);
    if (text === null) return invalid('is not text');
    const reason = unstorable(text) ?? type.lossy?.(text);
    if (reason) return invalid(reason);
    const kept = type.padded ? withoutAtEnd(text, ' ') : text;
    if (type.maxLength !== undefined && longerThan(kept, type.maxLength))
      return unfit(`is longer than ${type.maxLength} characters`);
    if (!type.charset && type.maxBytes === undefined) return valid(kept);
    const bytes = type.charset ? type.charset.bytes(kept) : Buffer.byteLength(kept);
    if (bytes === null)
      return unfit(`contains a character that the character set ${type.charset?.name} of the column lacks`);
    if (type.maxBytes !== undefined && bytes > type.maxBytes) return unfit(`is longer than ${type.maxBytes} bytes`);
    return valid(kept);
  },
  read: (type, raw) => (type.padded ? withoutAtEnd(String(raw), ' ') : String(raw)),
};

export const enumeration: Codec<'enum'> = {
  parse(type, input) {
    const text = asText(input);
    const reason = text !== null && type.lossy?.(text);
    if (reason) return invalid(reason);
    if (text !== null && type.members.includes(text)) return valid(text);
    return unfit(`is not one of ${type.members.map((member) => JSON.stringify(member)).join(', ')}`);
  },
  read: (_type, raw) => String(raw),
};

/** With or without hyphens between groups of four digits, in braces, or as a URN. */
const SPELLED_UUID = /^(\{|urn:uuid:)?((?:[0-9a-f]{4}-?){7}[0-9a-f]{4})(\})?$/;
const BRACES: Readonly<Record<string, string>> = { '': '', '{': '}', 'urn:uuid:': '' };

export const uuid: Codec<'uuid'> = {
  parse(_type, input) {
    const text = typeof input === 'string' ? input.trim().toLowerCase() : '';
    const [, open = '', digits = '', close = ''] = SPELLED_UUID.exec(text) ?? [];
    if (BRACES[open] !== close || digits === '') return invalid('is not a UUID');
    return valid(digits.replace(/-/g, '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
  },
  read: (_type, raw) => String(raw).toLowerCase(),
};

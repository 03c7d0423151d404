/** Texts for values that plain JSON cannot represent: exact JSON documents, and bytes (R46). */

/** Marks a text as a JSON document with numbers that a JSON parser would round: `json:{"id":9007199254740993}`. */
export const JSON_MARK = 'json:';

/** The text of a canonical JSON document, as databases store it. */
export const jsonText = (document: unknown): string =>
  typeof document === 'string' && document.startsWith(JSON_MARK)
    ? document.slice(JSON_MARK.length)
    : JSON.stringify(document);

const BASE64_MARK = 'base64:';
const HEX_MARK = 'hex:';

/** Whether a text begins with a mark of bytes. */
export const isMarkedBytes = (text: string): boolean => text.startsWith(BASE64_MARK) || text.startsWith(HEX_MARK);

const isBase64 = (text: string): boolean =>
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);

/** The bytes of `base64:AAEC` or `hex:000102`, with blanks anywhere; null for any other text. */
export function markedBytes(text: string): Buffer | null {
  const digits = text.slice(text.indexOf(':') + 1).replace(/\s+/g, '');
  if (text.startsWith(BASE64_MARK)) return isBase64(digits) ? Buffer.from(digits, 'base64') : null;
  if (text.startsWith(HEX_MARK)) return /^(?:[0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : null;
  return null;
}

/** Bytes as values show them. */
export const spellBytes = (bytes: Uint8Array): string => `${BASE64_MARK}${Buffer.from(bytes).toString('base64')}`;

/** The bytes of a canonical value: marked bytes, or a text in UTF-8. */
export const bytesOf = (value: string): Buffer => markedBytes(value) ?? Buffer.from(value);

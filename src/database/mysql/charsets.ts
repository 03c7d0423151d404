/** Repertoires of the character sets of MySQL and MariaDB. */
import iconv from 'iconv-lite';
import type { Charset } from '../catalog';

const BEYOND_BMP = /[\ud800-\udbff]/;
const BEYOND_ASCII = /[^\0-\x7f]/;

const inUtf8 = (text: string): number => Buffer.byteLength(text);

/** Unicode and multi-byte character sets: their byte count, or the name of an encoding that knows it. */
const KNOWN: Readonly<Record<string, Charset['bytes'] | string>> = {
  utf8: (text) => (BEYOND_BMP.test(text) ? null : inUtf8(text)),
  utf8mb3: (text) => (BEYOND_BMP.test(text) ? null : inUtf8(text)),
  ucs2: (text) => (BEYOND_BMP.test(text) ? null : text.length * 2),
  utf16: (text) => text.length * 2,
  utf16le: (text) => text.length * 2,
  utf32: (text) => Array.from(text).length * 4,
  gb18030: 'gb18030',
  big5: 'big5',
  gbk: 'gbk',
  gb2312: 'gb2312',
  sjis: 'shift_jis',
  cp932: 'cp932',
  ujis: 'euc-jp',
  eucjpms: 'euc-jp',
  euckr: 'euc-kr',
};

/** The byte count of a text in a single-byte set. `repertoire` contains all characters of the set. */
export const singleByte = (repertoire: string): Charset['bytes'] => {
  const characters = new Set(repertoire);
  return (text) => {
    for (const character of text) if (!characters.has(character)) return null;
    return text.length;
  };
};

const multiByte =
  (encoding: string): Charset['bytes'] =>
  (text) => {
    if (!BEYOND_ASCII.test(text)) return text.length;
    const bytes = iconv.encode(text, encoding);
    return iconv.decode(bytes, encoding) === text ? bytes.length : null;
  };

/** The character set with this name. Undefined if it stores any text in UTF-8, or is unknown. */
export function charsetOf(name: string, singleBytes: ReadonlyMap<string, Charset['bytes']>): Charset | undefined {
  const known = singleBytes.get(name) ?? KNOWN[name];
  if (known === undefined) return undefined;
  return { name, bytes: typeof known === 'string' ? multiByte(known) : known };
}

/** SQL that returns all characters of a single-byte set. Bytes without a character become `?`. */
export const repertoireQuery = (charset: string): string => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  return `CONVERT(_${charset} x'${bytes.toString('hex')}' USING utf8mb4)`;
};

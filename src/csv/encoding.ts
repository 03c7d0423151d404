/** Decodes bytes strictly: UTF-8 and UTF-16 with Node.js, all other encodings with iconv-lite. */
import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';
import { CallError } from '../errors';
import { didYouMean } from '../wording';
import { shown } from '../shown';
import { countLineBreaks } from './lineBreaks';

const KNOWN = [
  'utf-8',
  'utf-16',
  'utf-16le',
  'utf-16be',
  'latin1',
  'iso-8859-1',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'macroman',
  'shift_jis',
  'gbk',
  'big5',
  'euc-kr',
];

/** A longer mark comes before its own prefix. */
const MARKS: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xff, 0xfe, 0, 0], encoding: 'utf-32le' },
  { bytes: [0, 0, 0xfe, 0xff], encoding: 'utf-32be' },
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** Thrown at bytes that are invalid in the encoding, with the text before them. */
class UnreadableBytes extends Error {
  constructor(readonly before: string) {
    super();
  }
}

const LONGEST_MARK = 4;

interface Decoder {
  /** Throws UnreadableBytes. */
  write(bytes: Buffer): string;
  end(): string;
}

/** The text before the first bytes that are invalid in the encoding. */
function readablePart(bytes: Buffer, newDecoder: () => TextDecoder): string {
  const read = (length: number): string | null => {
    try {
      return newDecoder().decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return null;
    }
  };
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (read(middle) === null) bad = middle;
    else good = middle;
  }
  return read(good) ?? '';
}

function strict(encoding: 'utf-8' | 'utf-16le' | 'utf-16be'): Decoder {
  const newDecoder = (): TextDecoder => new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const decoder = newDecoder();
  const units = encoding === 'utf-8' ? 'utf8' : 'utf16le';
  /** The first bytes of a character that is not complete yet. */
  let begun = Buffer.alloc(0);
  const reading = (bytes: Buffer, decode: () => string): string => {
    const all = Buffer.concat([begun, bytes]);
    try {
      const text = decode();
      begun = all.subarray(Buffer.byteLength(text, units));
      return text;
    } catch {
      throw new UnreadableBytes(readablePart(all, newDecoder));
    }
  };
  return {
    write: (bytes) => reading(bytes, () => decoder.decode(bytes, { stream: true })),
    end: () => reading(Buffer.alloc(0), () => decoder.decode()),
  };
}

/** iconv-lite's replacement for invalid bytes. No other encoding contains this character. */
const REPLACEMENT = '\ufffd';

function checked(encoding: string): Decoder {
  const decoder = iconv.getDecoder(encoding);
  const assertRead = (text: string): string => {
    const place = text.indexOf(REPLACEMENT);
    if (place >= 0) throw new UnreadableBytes(text.slice(0, place));
    return text;
  };
  return { write: (bytes) => assertRead(decoder.write(bytes)), end: () => assertRead(decoder.end() ?? '') };
}

const canonical = (encoding: string): string => encoding.toLowerCase().replace(/[^0-9a-z]/g, '');

/** By canonical name. Without a mark, UTF-16 is little endian, as Windows writes it. */
const STRICT: Readonly<Record<string, Parameters<typeof strict>[0]>> = {
  utf8: 'utf-8',
  unicode11utf8: 'utf-8',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  ucs2: 'utf-16le',
  utf16be: 'utf-16be',
};

function decoderOf(encoding: string): Decoder {
  const name = canonical(encoding);
  const unicode = Object.hasOwn(STRICT, name) ? STRICT[name] : undefined;
  return unicode ? strict(unicode) : checked(encoding.trim());
}

/** Encodings of iconv-lite that represent bytes, not text. */
const NO_TEXT = /^(?:base64|hex)$/;

/** Throws BAD_USER_INPUT for an unknown encoding. */
export function assertEncoding(encoding: string): void {
  if (iconv.encodingExists(encoding.trim()) && !NO_TEXT.test(canonical(encoding))) return;
  throw new CallError('BAD_USER_INPUT', `Unknown encoding ${shown(encoding)}${didYouMean(encoding.trim(), KNOWN)}`);
}

function markedEncoding(bytes: Buffer): string | null {
  return MARKS.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte))?.encoding ?? null;
}

const WIDE = ['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'];
const BYTES_OF_WIDE = 4;
/** Text in other encodings rarely contains these characters in two or four bytes. */
const SEPARATOR = /[\t\n\r,;|]/;
const NO_CHARACTER = /[\p{Cn}\p{Co}]|(?![\t\n\f\r\u001a])\p{Cc}/gu;
const MOST_STRANGE = 0.04;

function looksLike(encoding: string, bytes: Buffer): boolean {
  try {
    const text = decoderOf(encoding).write(bytes.subarray(0, bytes.length - (bytes.length % BYTES_OF_WIDE)));
    return SEPARATOR.test(text) && (text.match(NO_CHARACTER)?.length ?? 0) <= text.length * MOST_STRANGE;
  } catch {
    return false;
  }
}

/** The likely encoding of a file without a mark, if each character takes two or four bytes; otherwise null. */
const guessedWide = (start: Buffer): string | null => WIDE.find((encoding) => looksLike(encoding, start)) ?? null;

/** Whether each character of a file takes two or four bytes. Many bytes then look like control characters. */
export function isWide(start: Buffer, encoding: string): boolean {
  const used = markedEncoding(start) ?? encoding;
  return /^(utf(16|32)|ucs)/.test(canonical(used)) || guessedWide(start) !== null;
}

/** Decodes, and counts lines so that errors name one. Lines end with LF, CRLF or CR. */
class LineDecoder {
  private line = 1;
  private afterReturn = false;
  private readonly decoder: Decoder;

  constructor(
    private readonly encoding: string,
    /** The first bytes, from which an error message guesses the encoding. */
    private readonly start: Buffer,
  ) {
    this.decoder = decoderOf(encoding);
  }

  write(bytes: Buffer): string {
    return this.read(() => this.decoder.write(bytes));
  }

  end(): string {
    return this.read(() => this.decoder.end());
  }

  private read(step: () => string): string {
    let text: string;
    try {
      text = step();
    } catch (error) {
      if (!(error instanceof UnreadableBytes)) throw error;
      throw this.unreadable(
        error.before,
        `contains bytes that are not ${this.encoding}. Set format.encoding (CLI: --encoding) to the file's encoding${this.suggestion(`, such as ${canonical(this.encoding) === 'utf8' ? 'windows-1252' : 'utf-8'}`)}.`,
      );
    }
    const zero = text.indexOf('\u0000');
    if (zero >= 0)
      throw this.unreadable(
        text.slice(0, zero),
        `contains zero bytes, which ${this.encoding} text does not contain. Remove the zero bytes, or set format.encoding (CLI: --encoding) to the file's encoding${this.suggestion('')}.`,
      );
    this.count(text);
    return text;
  }

  private suggestion(otherwise: string): string {
    const wide = guessedWide(this.start);
    return wide === null ? otherwise : `. The file may be ${wide}`;
  }

  private unreadable(before: string, why: string): CallError {
    this.count(before);
    return new CallError('UNREADABLE_ENCODING', `Line ${this.line} ${why}`);
  }

  private count(text: string): void {
    if (text === '') return;
    this.line += countLineBreaks(text);
    if (this.afterReturn && text.startsWith('\n')) this.line -= 1;
    this.afterReturn = text.endsWith('\r');
  }
}

/**
 * Decodes a stream of bytes. A byte order mark overrides `encoding` and is removed. Throws UNREADABLE_ENCODING, which
 * names the line.
 */
export async function* decode(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  const begin = (bytes: Buffer): LineDecoder => new LineDecoder(markedEncoding(bytes) ?? encoding, bytes);
  const unmarked = (text: string): string => text.replace(/^\ufeff/, '');
  let decoder: LineDecoder | null = null;
  let start = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (decoder) {
      yield decoder.write(chunk);
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < LONGEST_MARK) continue;
    decoder = begin(start);
    yield unmarked(decoder.write(start));
  }
  if (!decoder) {
    decoder = begin(start);
    yield unmarked(decoder.write(start));
  }
  yield decoder.end();
}

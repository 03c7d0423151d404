/** Bytes -> text: byte order marks, UTF-8 and UTF-16 checked strictly, everything else by iconv-lite. */
import iconv from 'iconv-lite';
import { CallError } from '../errors';
import { nearest } from '../nearest';

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

const MARKS: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

interface Decoder {
  /** Throws where the bytes are none of the encoding. */
  write(bytes: Buffer): string;
  end(): string;
}

const strict = (encoding: string): Decoder => {
  const decoder = new TextDecoder(encoding, { fatal: true });
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
};

function decoderOf(encoding: string): Decoder {
  const name = encoding.trim().toLowerCase().replaceAll('_', '-');
  if (/^utf-?8$/.test(name)) return strict('utf-8');
  // Without a mark UTF-16 is little endian, as Windows writes it.
  if (/^utf-?16(-?le)?$/.test(name)) return strict('utf-16le');
  if (/^utf-?16-?be$/.test(name)) return strict('utf-16be');
  const decoder = iconv.getDecoder(encoding.trim());
  return { write: (bytes) => decoder.write(bytes), end: () => decoder.end() ?? '' };
}

/** Throws BAD_USER_INPUT for an encoding that nobody knows. */
export function assertEncoding(encoding: string): void {
  if (iconv.encodingExists(encoding.trim())) return;
  const near = nearest(encoding.trim(), KNOWN);
  throw new CallError('BAD_USER_INPUT', `Unknown encoding "${encoding}"${near ? `: did you mean "${near}"?` : '.'}`);
}

function markedEncoding(bytes: Buffer): string | null {
  return MARKS.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte))?.encoding ?? null;
}

/**
 * Decodes a stream of bytes; a byte order mark wins over `encoding` and is left out. Throws UNREADABLE_ENCODING, naming
 * the line, where the bytes are not of the encoding.
 */
export async function* decode(chunks: AsyncIterable<Buffer>, encoding: string): AsyncGenerator<string> {
  let decoder: Decoder | null = null;
  let start = Buffer.alloc(0);
  let lines = 1;
  let used = encoding;
  const read = (step: () => string): string => {
    let text: string;
    try {
      text = step();
    } catch {
      throw new CallError(
        'UNREADABLE_ENCODING',
        `After line ${lines} the file is not ${used}. Say which encoding it has: windows-1252, for example.`,
      );
    }
    for (let place = text.indexOf('\n'); place >= 0; place = text.indexOf('\n', place + 1)) lines += 1;
    if (text.includes('\u0000'))
      throw new CallError(
        'UNREADABLE_ENCODING',
        `Line ${lines} has zero bytes: the file is not ${used}, but perhaps utf-16.`,
      );
    return text;
  };
  const begin = (bytes: Buffer): Decoder => {
    used = markedEncoding(bytes) ?? encoding;
    return decoderOf(used);
  };
  for await (const chunk of chunks) {
    if (decoder) {
      const current: Decoder = decoder;
      yield read(() => current.write(chunk));
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < 3) continue;
    const first = (decoder = begin(start));
    yield read(() => first.write(start)).replace(/^\ufeff/, '');
  }
  const last = decoder ?? begin(start);
  const rest = read(() => (decoder ? '' : last.write(start)) + last.end());
  if (rest) yield rest.replace(/^\ufeff/, '');
}

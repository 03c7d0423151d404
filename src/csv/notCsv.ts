/** Recognizes files that are not CSV, and says what to do about them. */
import { CallError } from '../errors';
import { isWide } from './encoding';

interface Likeness {
  readonly what: string;
  readonly remedy: string;
  /** `start`: the file's first characters. For a binary file, each character is one byte. */
  readonly fits: (start: string) => boolean;
}

const SAVE_AS_CSV = 'Open the file in a spreadsheet program, save the sheet as CSV (UTF-8), and send the CSV file.';
const UNPACK = 'Unpack the file, and send the CSV file inside.';
const EXPORT = 'Export the table as CSV, and send the CSV file.';
const CONVERT = 'Convert the file to CSV with a header line, or send its records with syncRows.';
const WRONG_FILE = 'Check that this is the right file.';
const WRONG_ADDRESS =
  'The page may be an error or a login page. Check the URL of the download, and download the file again.';

const begins =
  (...signatures: readonly string[]) =>
  (start: string): boolean =>
    signatures.some((signature) => start.startsWith(signature));

const matches =
  (pattern: RegExp) =>
  (start: string): boolean =>
    pattern.test(start);

const ZIP = begins('PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0007\b');

const zipWith =
  (...names: readonly string[]) =>
  (start: string): boolean =>
    ZIP(start) && names.some((name) => start.includes(name));

/** By the first bytes. A more specific kind comes before a more general one. */
const BINARY: readonly Likeness[] = [
  { what: 'an Excel workbook (.xlsx)', remedy: SAVE_AS_CSV, fits: zipWith('xl/') },
  { what: 'a Word or PowerPoint document', remedy: EXPORT, fits: zipWith('word/', 'ppt/') },
  { what: 'an Office document, such as an Excel workbook', remedy: SAVE_AS_CSV, fits: zipWith('[Content_Types].xml') },
  {
    what: 'an OpenDocument spreadsheet (.ods)',
    remedy: SAVE_AS_CSV,
    fits: zipWith('application/vnd.oasis.opendocument'),
  },
  { what: 'an Apple Numbers document', remedy: SAVE_AS_CSV, fits: zipWith('Index/Document.iwa') },
  { what: 'a zip archive', remedy: UNPACK, fits: ZIP },
  {
    what: 'an Excel workbook (.xls) or another Office document',
    remedy: SAVE_AS_CSV,
    fits: begins('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1', '\t\b\u0010\0', '\t\b\b\0', '\t\u0000\u0004\0'),
  },
  { what: 'a gzip file inside a gzip file', remedy: UNPACK, fits: begins('\u001f\u008b') },
  {
    what: 'a compressed file',
    remedy: UNPACK,
    fits: (start) =>
      matches(/^BZh[1-9](?:1AY&SY|\u0017rE8P\u0090)/)(start) ||
      begins(
        '\u00fd7zXZ\0',
        '\u0028\u00b5\u002f\u00fd',
        "7z\u00bc\u00af'\u001c",
        'Rar!\u001a\u0007',
        '\u001f\u009d',
      )(start) || // prettier-ignore
      begins('\u0004"M\u0018')(start) ||
      start.slice(257, 262) === 'ustar',
  },
  { what: 'a PDF document', remedy: EXPORT, fits: matches(/^\s*(?:\u00ef\u00bb\u00bf)?%PDF-/) },
  { what: 'a rich text document (.rtf)', remedy: EXPORT, fits: begins('{\\rtf') },
  {
    what: 'an image',
    remedy: WRONG_FILE,
    fits: (start) =>
      begins('\u0089PNG', '\u00ff\u00d8\u00ff', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*', '\0\0\u0001\0')(start) ||
      matches(/^RIFF[^]{4}WEBP/)(start) ||
      matches(/^BM[^]{4}\0{4}/)(start),
  },
  { what: 'a video or audio file', remedy: WRONG_FILE, fits: matches(/^(?:\0\0\0[^]ftyp|ID3[\u0002-\u0004]|OggS\0|RIFF[^]{4}(?:WAVE|AVI ))/) }, // prettier-ignore
  { what: 'an SQLite database', remedy: EXPORT, fits: begins('SQLite format 3\0') },
  { what: 'an Access database', remedy: EXPORT, fits: matches(/^\0\u0001\0\0Standard (?:Jet|ACE) DB/) },
  { what: 'a Parquet, Arrow, Avro or ORC file', remedy: CONVERT, fits: matches(/^(?:PAR1[^ -~]|ARROW1\0\0|Obj\u0001|ORC[^ -~\s])/) }, // prettier-ignore
  { what: 'a program', remedy: WRONG_FILE, fits: matches(/^(?:\u007fELF|MZ[^]{0,64}\0\0\0)/) },
];

const hasTagEnd = (start: string): boolean => /<\/[\p{L}_]|\/>/u.test(start);

function isJson(start: string): boolean {
  const text = start.trim();
  if (!/^[[{]/.test(text)) return false;
  const [firstLine = ''] = text.split(/[\r\n]/, 1);
  // Headers such as [id],[name] are not JSON. A file that is cut off is recognized by its first characters.
  return (
    [text, firstLine].some(isJsonValue) ||
    /^(?:\{\s*"(?:[^"\\]|\\.)*"\s*:|\[\s*(?:[[{]\s*(?:["[{\]}]|-?\d)|"(?:[^"\\]|\\.)*"\s*,\s*"|-?\d+\s*,))/.test(text)
  );
}

function isJsonValue(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** The text after an XML declaration and comments. A single regular expression could take exponential time. */
function withoutProlog(start: string): string {
  let text = start.trimStart();
  for (;;) {
    const end = text.startsWith('<!--') ? '-->' : /^<\?xml/i.test(text) ? '?>' : null;
    const at = end === null ? -1 : text.indexOf(end);
    if (end === null || at < 0) return text;
    text = text.slice(at + end.length).trimStart();
  }
}

/** By the decoded text. */
const TEXTUAL: readonly Likeness[] = [
  { what: 'JSON', remedy: CONVERT, fits: isJson },
  {
    what: 'an HTML page',
    remedy: WRONG_ADDRESS,
    fits: (start) =>
      /^<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|table|p|div|pre|center|h[1-6])\b(?![^<>]*>[ \t]*[,;\t|])/i.test(withoutProlog(start)),
  },
  {
    what: 'XML',
    remedy: CONVERT,
    fits: (start) =>
      /^\s*<(?:\?xml\b|!DOCTYPE\b|!--)/i.test(start) ||
      // Not a header such as <id>,<name>.
      (/^\s*<[\p{L}_][^<>]*>(?![ \t]*[,;\t|])/u.test(start) && hasTagEnd(start)),
  },
  { what: 'a PostScript document', remedy: EXPORT, fits: begins('%!PS') },
  { what: 'an encrypted message or a key', remedy: WRONG_FILE, fits: begins('-----BEGIN ') },
  { what: 'a calendar or contact file', remedy: EXPORT, fits: matches(/^BEGIN:V(?:CALENDAR|CARD)\b/) },
  {
    what: 'a Git LFS pointer',
    remedy: 'Fetch the file itself: git lfs pull.',
    fits: begins('version https://git-lfs.github.com/'),
  },
]; // prettier-ignore

/** Control characters, except those in text: tab, line breaks, form feed, end of file, escape, and separators. */
const CONTROL = /[\0\u0002-\u0008\u000e-\u0019]/g;
const LOOKED_AT = 4096;
/** About a tenth of binary data are control characters. A text may contain a few. */
const MOST_CONTROL = 0.04;
const FEW = 3;

/** Whether bytes are not text in an encoding with one byte for most characters. */
function isBinary(start: string): boolean {
  const looked = start.slice(0, LOOKED_AT);
  return (looked.match(CONTROL)?.length ?? 0) > Math.max(FEW, looked.length * MOST_CONTROL);
}

const UNKNOWN: Likeness = { what: 'binary data', remedy: 'Send a CSV file.', fits: isBinary };

function assertNone(start: string, kinds: readonly Likeness[]): void {
  const kind = kinds.find(({ fits }) => fits(start));
  if (kind) throw new CallError('NOT_CSV', `The file looks like ${kind.what}, not like CSV. ${kind.remedy}`);
}

/** Throws NOT_CSV if the file begins with bytes that no CSV file has, in any encoding. */
export function assertTextBytes(start: Buffer, encoding: string): void {
  assertNone(start.toString('latin1'), isWide(start, encoding) ? BINARY : [...BINARY, UNKNOWN]);
}

/** Throws NOT_CSV if the text is a document of another kind. */
export function assertCsvText(start: string): void {
  assertNone(start, [...BINARY, ...TEXTUAL]);
}

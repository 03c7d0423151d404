/**
 * A CSV file as a stream of rows. The file is read in full when it is opened, and again each time its rows are read.
 */
import { createReadStream } from 'node:fs';
import { CallError } from '../errors';
import type { Row, SourceHeader } from '../sync';
import { type Dialect, findDialect, givenDialect } from './dialect';
import { assertEncoding, decode } from './encoding';
import { type Header, readHeader } from './header';
import { assertCsvText, assertTextBytes } from './notCsv';
import type { CsvOptions } from './options';
import type { CsvRecord, Records } from './record';
import { readRecords } from './records';
import { quoteAdvice, RowMaker } from './rowMaker';
import { firstBytes, unpacked } from './unpack';

export interface CsvFile extends SourceHeader {
  /** Trimmed, as the file spells them. */
  readonly headers: readonly string[];
  readonly expectedRows: number;
  /** The number of characters of the file. */
  readonly size: number;
  /** Rows in batches of up to 1,000. Batches may be empty. Each call starts at the first row. */
  batches(): AsyncGenerator<readonly Row[]>;
}

type Texts = () => AsyncIterable<string>;

const BATCH = 1000;
/** The most characters of a batch. A single row may have millions. */
const BATCH_CHARACTERS = 2_000_000;
/** The number of pieces without a row after which an empty batch is yielded. */
const IDLE_PIECES = 16;
/** The number of characters of a text that are read at once. */
const PIECE = 65_536;
/** The number of bytes, or characters, from which the kind and format of a file are derived. */
const START = 65_536;
/** The most characters to read in search of the end of the header line. */
const LONGEST_HEADER = 1_000_000;

interface Start {
  readonly text: string;
  /** Whether the text is the whole file. */
  readonly isWhole: boolean;
}

/** The first characters, up to the end of the header line or further. */
async function readStart(texts: AsyncIterable<string>): Promise<Start> {
  let text = '';
  for await (const piece of texts) {
    text += piece;
    if (text.length >= LONGEST_HEADER) return { text, isWhole: false };
    if (text.length >= START && /[\r\n]/.test(text.trimStart())) return { text, isWhole: false };
  }
  return { text, isWhole: true };
}

async function* afterPreamble(records: Records, { preamble }: Dialect): Records {
  for await (const batch of records) yield batch.filter(({ line }) => line > preamble);
}

/** Throws MALFORMED_CSV if an unclosed quote extends to the end of the file. */
function assertClosed({ fault }: CsvRecord, dialect: Dialect): void {
  if (fault?.kind === 'unclosed')
    throw new CallError('MALFORMED_CSV', `Line ${fault.line}: a quoted cell is never closed.${quoteAdvice(dialect)}`);
}

interface Scanned {
  readonly header: CsvRecord;
  readonly rows: number;
  readonly size: number;
}

/** Reads the whole file, so that a wrong encoding or quote is reported before any row runs. */
async function scan(records: Records, dialect: Dialect, signal: AbortSignal | undefined): Promise<Scanned> {
  let header: CsvRecord | undefined;
  let rows = -1;
  let size = 0;
  for await (const batch of records) {
    if (signal?.aborted) throw new CallError('CANCELLED', 'Stopped while the file was read: nothing was run.');
    header ??= batch[0];
    rows += batch.length;
    for (const record of batch) size += record.size;
    const last = batch.at(-1);
    if (last) assertClosed(last, dialect);
  }
  if (!header) throw new CallError('EMPTY_CSV', 'The file is empty. The first line must be the header.');
  return { header, rows, size };
}

function sourceHeader({ targets }: Header, { delimiter }: Dialect, { defaults }: CsvOptions): SourceHeader {
  const specials = targets.filter(({ special }) => special !== null);
  return {
    names: targets.flatMap(({ name, special }) => (special ? [] : [name])),
    isAboutRows: specials.length > 0,
    assumed: specials.flatMap(({ name, isChosen }) => (isChosen ? [] : [name])),
    matchOn: specials.some(({ special }) => special === 'match_on') ? null : (defaults?.matchOn ?? null),
    delimiter,
  };
}

async function open(texts: Texts, options: CsvOptions): Promise<CsvFile> {
  const given = givenDialect(options.format ?? {});
  const start = await readStart(texts());
  assertCsvText(start.text.slice(0, START));
  const dialect = findDialect(start.text, start.isWhole, given);
  const records = (): Records => afterPreamble(readRecords(texts(), dialect), dialect);
  const scanned = await scan(records(), dialect, options.signal);
  if (scanned.header.fault)
    throw new CallError(
      'MALFORMED_CSV',
      `Line ${scanned.header.line}: text follows the closing quote of a header cell.${quoteAdvice(dialect)}`,
    );
  const header = readHeader(scanned.header.cells, options, scanned.header.line);
  return {
    headers: header.names,
    ...sourceHeader(header, dialect, options),
    expectedRows: scanned.rows,
    size: scanned.size,
    async *batches() {
      // A file with only blank lines may be long.
      if (scanned.rows === 0) return;
      const maker = new RowMaker(header, dialect, options);
      let batch: Row[] = [];
      let characters = 0;
      let idle = 0;
      for await (const found of records()) {
        // An empty batch lets readers stop while they read a long sequence of blank lines.
        if (found.length === 0 && (idle += 1) % IDLE_PIECES === 0) yield [];
        for (const record of found) {
          if (record.line === header.line) continue;
          batch.push(maker.make(record));
          characters += record.size;
          if (batch.length < BATCH && characters < BATCH_CHARACTERS) continue;
          yield batch;
          batch = [];
          characters = 0;
        }
      }
      if (batch.length > 0) yield batch;
    },
  };
}

/**
 * Opens a source of bytes that can be read repeatedly, with or without gzip. Throws NOT_CSV, EMPTY_CSV, MALFORMED_CSV,
 * DUPLICATE_CSV_HEADER, UNREADABLE_ENCODING, PAYLOAD_TOO_LARGE or BAD_USER_INPUT.
 */
export async function openCsvBytes(bytes: () => AsyncIterable<Buffer>, options: CsvOptions = {}): Promise<CsvFile> {
  const encoding = options.format?.encoding ?? 'utf-8';
  assertEncoding(encoding);
  const plain = (): AsyncGenerator<Buffer> => unpacked(bytes(), options.maxUnpackedBytes ?? 0);
  assertTextBytes(await firstBytes(plain(), START), encoding);
  return open(() => decode(plain(), encoding), options);
}

/** Opens a file on disk. Throws like openCsvBytes. */
export const openCsvFile = (path: string, options: CsvOptions = {}): Promise<CsvFile> =>
  openCsvBytes(() => createReadStream(path) as AsyncIterable<Buffer>, options);

/** Opens a text in memory. The encoding option is checked, but not used. Throws like openCsvBytes. */
export async function openCsvText(text: string, options: CsvOptions = {}): Promise<CsvFile> {
  assertEncoding(options.format?.encoding ?? 'utf-8');
  const bare = text.replace(/^\ufeff/, '');
  return open(async function* () {
    for (let start = 0; start < bare.length; start += PIECE) {
      yield bare.slice(start, start + PIECE);
      // Yields to the event loop, so that other requests are served.
      await new Promise(setImmediate);
    }
  }, options);
}

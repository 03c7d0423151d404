/** A CSV file as rows, streamed: read in full once when it is opened, and again each time its rows are asked for. */
import { createReadStream } from 'node:fs';
import { emptyRecord } from '../emptyRecord';
import { CallError } from '../errors';
import { problem } from '../sync/problems';
import type { Row } from '../sync/row';
import { wholeCharacters } from './characters';
import { assertEncoding, decode } from './encoding';
import { findDelimiter, givenDelimiter, type Header, readHeader } from './header';
import type { CsvOptions } from './options';
import { QuoteScanner } from './quoteScanner';
import { type CsvRecord, plainRecords, quotedRecords, type Records } from './records';

export interface CsvFile {
  /** Trimmed, as the file spells them. */
  readonly headers: readonly string[];
  /** The names that rows carry. */
  readonly names: readonly string[];
  /** About how many rows there are: blank lines count, and a last line that does not end does not. */
  readonly expectedRows: number;
  /** Rows in batches of up to a thousand; each call reads from the start. */
  batches(): AsyncGenerator<readonly Row[]>;
}

type Texts = () => AsyncIterable<string>;

const BATCH = 1000;
/** Characters of a text that are read at once. */
const PIECE = 65_536;
/** Characters that are looked at for the delimiter where no header line ends. */
const LONGEST_HEADER = 1_000_000;
/** Characters of a row, which is held in memory. */
const LONGEST_RECORD = 16_000_000;

/** Everything up to the piece that ends the header line. */
async function readStart(texts: AsyncIterator<string>): Promise<string> {
  let start = '';
  let begun = false;
  while (start.length < LONGEST_HEADER) {
    const { value: text, done } = await texts.next();
    if (done) break;
    start += text;
    const rest: string = begun ? text : text.trimStart();
    begun ||= rest !== '';
    if (/[\r\n]/.test(rest)) break;
  }
  return start;
}

interface Scanned {
  readonly delimiter: string;
  readonly records: number;
  readonly hasQuotes: boolean;
}

/** Reads the file once: its delimiter is found, and an encoding or a quote that is wrong is told before any row. */
async function scan(texts: Texts, given: string | null): Promise<Scanned> {
  const pieces = texts()[Symbol.asyncIterator]();
  const start = await readStart(pieces);
  const delimiter = given ?? findDelimiter(start);
  const scanner = new QuoteScanner(delimiter);
  scanner.feed(start);
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) scanner.feed(next.value);
  const { unclosedLine, longestRecord } = scanner;
  if (unclosedLine !== null)
    throw new CallError('MALFORMED_CSV', `Line ${unclosedLine}: a quote opens that is never closed.`);
  if (longestRecord.length > LONGEST_RECORD)
    throw new CallError(
      'MALFORMED_CSV',
      `Line ${longestRecord.line}: the row that starts here is longer than ${LONGEST_RECORD} characters.`,
    );
  return { delimiter, records: scanner.endedRecords, hasQuotes: scanner.hasQuotes };
}

class RowMaker {
  private number = 0;

  constructor(
    private readonly header: Header,
    private readonly options: CsvOptions,
  ) {}

  make(cells: readonly string[], line: number): Row {
    const { names, targets } = this.header;
    const { defaults, format } = this.options;
    const values = emptyRecord<unknown>();
    let actionFlags: string | null = null;
    let matchOn: string | null = null;
    let externalKey: string | null = null;
    for (const { index, name, isList } of targets) {
      const cell = cells[index];
      if (cell === undefined) continue;
      const isNull = cell === format?.nullMarker;
      if (name === 'action_flags') actionFlags = isNull ? null : cell;
      else if (name === 'match_on') matchOn = isNull ? null : cell;
      else if (name === 'external_key') externalKey = isNull ? null : cell;
      else
        values[name] = isNull ? null : isList && format?.listDelimiter ? this.list(cell, format.listDelimiter) : cell;
    }
    if (!actionFlags?.trim()) actionFlags = defaults?.actionFlags ?? actionFlags;
    if (!matchOn?.trim()) matchOn = defaults?.matchOn ?? matchOn;
    this.number += 1;
    const fits =
      cells.length === names.length ||
      (cells.length > names.length && cells.slice(names.length).every((cell) => cell === ''));
    const unreadable = fits
      ? undefined
      : problem('MALFORMED_CSV_ROW', `Line ${line} has ${cells.length} cells, where the header has ${names.length}.`);
    return { number: this.number, line, actionFlags, matchOn, externalKey, values, unreadable };
  }

  private list(cell: string, delimiter: string): string | string[] {
    if (cell === '') return cell;
    return cell.split(delimiter).filter((part) => part !== '');
  }
}

async function firstOf(records: Records): Promise<CsvRecord | undefined> {
  for await (const [record] of records) if (record) return record;
  return undefined;
}

async function open(pieces: Texts, options: CsvOptions): Promise<CsvFile> {
  const given = options.format?.delimiter ?? null;
  const texts: Texts = () => wholeCharacters(pieces());
  const scanned = await scan(texts, given === null ? null : givenDelimiter(given));
  const records = (): Records => (scanned.hasQuotes ? quotedRecords : plainRecords)(texts(), scanned.delimiter);
  const record = await firstOf(records());
  if (!record) throw new CallError('EMPTY_CSV', 'The file is empty: not even a header line.');
  const header = readHeader(record.cells, options.columns ?? [], record.line);
  return {
    headers: header.names,
    names: header.targets.map(({ name }) => name),
    expectedRows: Math.max(0, scanned.records - 1),
    async *batches() {
      const maker = new RowMaker(header, options);
      let batch: Row[] = [];
      for await (const found of records())
        for (const { cells, line } of found) {
          if (line === record.line) continue;
          batch.push(maker.make(cells, line));
          if (batch.length < BATCH) continue;
          yield batch;
          batch = [];
        }
      if (batch.length > 0) yield batch;
    },
  };
}

/** Opens a file on disk. Throws EMPTY_CSV, MALFORMED_CSV, DUPLICATE_CSV_HEADER, UNREADABLE_ENCODING, BAD_USER_INPUT. */
export async function openCsvFile(path: string, options: CsvOptions = {}): Promise<CsvFile> {
  const encoding = options.format?.encoding ?? 'utf-8';
  assertEncoding(encoding);
  return open(() => decode(createReadStream(path) as AsyncIterable<Buffer>, encoding), options);
}

/** Opens a text that is at hand; it has no encoding any more. Throws as openCsvFile does. */
export async function openCsvText(text: string, options: CsvOptions = {}): Promise<CsvFile> {
  const bare = text.replace(/^\ufeff/, '');
  return open(async function* () {
    for (let start = 0; start < bare.length; start += PIECE) {
      yield bare.slice(start, start + PIECE);
      // Other requests get their turn.
      await new Promise(setImmediate);
    }
  }, options);
}

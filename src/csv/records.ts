/**
 * Parses CSV text to records: RFC 4180 with any delimiter and any line break. The library csv-parse cannot continue
 * after a quote that is closed too early, so such a quote would hide the rows after it.
 */
import { BOUNDS } from '../bounds';
import { CallError } from '../errors';
import { countLineBreaks } from './lineBreaks';
import { type CsvRecord, type Fault, PlainRecord, type QuoteFormat, type Records } from './record';

/** The most characters of a record, which is in memory as a whole. */
const LONGEST_RECORD = 16_000_000;
const LINE_BREAK = /\r\n|\n|\r/g;
/** The number of characters of a wrong cell that messages quote. */
const SHOWN_TEXT = 20;

const [QUOTE, LF, CR] = [0x22, 0x0a, 0x0d];

/** Blanks, and the character that ends DOS files. */
const BLANK = /^[\s\u001a]*$/;

const isLineBreak = (code: number): boolean => code === LF || code === CR;

interface Cell {
  readonly value: string;
  /** After the cell, or after its closing quote. */
  readonly end: number;
  readonly hasQuote: boolean;
}

interface Parsed {
  readonly cells: readonly string[];
  /** After the record and its line break. */
  readonly end: number;
  readonly fault: Fault | null;
}

/** Parses a text that arrives in pieces. A record is returned once it is complete. */
export class RecordParser {
  /** Starts at the first incomplete record. */
  private text = '';
  private pieces: string[] = [];
  private pending = 0;
  private line = 1;
  /** Up to this line, a record with a wrong quote may include the beginnings of other records. */
  private doubtfulUntil = 0;
  private readonly delimiterCode: number;
  private readonly escapeCode: number;
  private readonly escaped: RegExp;

  constructor(private readonly format: QuoteFormat) {
    this.delimiterCode = format.delimiter.charCodeAt(0);
    this.escapeCode = format.escape.charCodeAt(0);
    // No quote within a cell is followed by an escape, because such a quote closes the cell.
    const signs = `["\\u${this.escapeCode.toString(16).padStart(4, '0')}]`;
    this.escaped = new RegExp(`${signs}(${signs})`, 'g');
  }

  /** Returns the records that are complete with this piece. */
  feed(piece: string): CsvRecord[] {
    this.pieces.push(piece);
    this.pending += piece.length;
    // A long record is parsed again only when twice as much of it has arrived, so that the time stays linear.
    return this.pending > this.text.length ? this.take(false) : [];
  }

  /** Returns the last record. */
  end(): CsvRecord[] {
    return this.take(true);
  }

  private take(isEnd: boolean): CsvRecord[] {
    this.text += this.pieces.join('');
    this.pieces = [];
    this.pending = 0;
    const records = this.text.includes('"') ? this.quoted(isEnd) : this.plain(isEnd);
    if (this.text.length > LONGEST_RECORD) throw this.tooLong();
    return records;
  }

  private tooLong(): CallError {
    const fault = this.text.includes('"') ? this.record(0, true)?.fault : null;
    return new CallError(
      'MALFORMED_CSV',
      fault?.kind === 'unclosed'
        ? `Line ${fault.line}: a quoted cell is not closed within ${LONGEST_RECORD} characters.`
        : `Line ${this.line}: the row that starts here has more than ${LONGEST_RECORD} characters.`,
    );
  }

  /** Handles blank lines only, at full speed even if there are millions. */
  private blank(isEnd: boolean): void {
    // A line feed may follow a return at the end.
    const sure = !isEnd && this.text.endsWith('\r') ? this.text.slice(0, -1) : this.text;
    const end = isEnd ? sure.length : Math.max(sure.lastIndexOf('\n'), sure.lastIndexOf('\r')) + 1;
    this.line += countLineBreaks(sure.slice(0, end));
    this.text = this.text.slice(end);
  }

  /** In a text without quotes, each line is a record. */
  private plain(isEnd: boolean): CsvRecord[] {
    const { delimiter } = this.format;
    if (!this.text.includes(delimiter) && BLANK.test(this.text)) {
      this.blank(isEnd);
      return [];
    }
    const hasReturn = this.text.includes('\r');
    // A line feed may follow.
    const isCut = !isEnd && this.text.endsWith('\r');
    const lines = (isCut ? this.text.slice(0, -1) : this.text).split(hasReturn ? LINE_BREAK : '\n');
    this.text = isEnd ? '' : `${lines.pop() ?? ''}${isCut ? '\r' : ''}`;
    const records: CsvRecord[] = [];
    for (const text of lines) {
      if (text.length > LONGEST_RECORD) {
        this.text = text;
        break;
      }
      if (text !== '' && (text.includes(delimiter) || !BLANK.test(text)))
        records.push(new PlainRecord(text, delimiter, this.line));
      this.line += 1;
    }
    return records;
  }

  private quoted(isEnd: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let start = 0;
    while (start < this.text.length) {
      const found = this.record(start, isEnd);
      if (!found || found.end - start > LONGEST_RECORD) break;
      const { cells, end, fault } = found;
      const raw = this.text.slice(start, end);
      if (cells.length > 1 || !BLANK.test(raw)) records.push({ cells, size: raw.length, line: this.line, fault });
      this.line += countLineBreaks(raw);
      start = end;
    }
    this.text = this.text.slice(start);
    return records;
  }

  /** The record that starts at a position; null if it is not complete yet. */
  private record(start: number, isEnd: boolean): Parsed | null {
    const { text } = this;
    const cells: string[] = [];
    let fault: Fault | null = null;
    for (let at = start; ; at += this.format.delimiter.length) {
      const opens = text.charCodeAt(at) === QUOTE;
      const cell = opens ? this.quotedCell(at, isEnd) : this.bareCell(at);
      if (!cell) {
        return isEnd ? { cells, end: text.length, fault: this.fault('unclosed', cells.length + 1, start, at) } : null;
      }
      if (cells.length <= BOUNDS.cells) cells.push(cell.value);
      if (cell.hasQuote && this.line <= this.doubtfulUntil)
        fault ??= this.fault('quoteInDoubt', cells.length, start, at);
      at = cell.end;
      if (this.isDelimiter(at)) continue;
      if (at < text.length && !isLineBreak(text.charCodeAt(at))) return this.textAfterQuote(start, at, cells, isEnd);
      const end = this.behindLine(at, isEnd);
      return end === null ? null : { cells, end, fault };
    }
  }

  /** Null if the quote is not closed yet. */
  private quotedCell(open: number, isEnd: boolean): Cell | null {
    const { text, escapeCode: escape } = this;
    let hasEscape = false;
    for (let at = open + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code !== QUOTE && code !== escape) continue;
      const next = text.charCodeAt(at + 1);
      if (Number.isNaN(next) && !isEnd) return null;
      const isEscape = next === QUOTE || (code === escape && code !== QUOTE && next === escape);
      if (isEscape) {
        hasEscape = true;
        at += 1;
      } else if (code === QUOTE) {
        const raw = text.slice(open + 1, at);
        return { value: hasEscape ? raw.replace(this.escaped, '$1') : raw, end: at + 1, hasQuote: false };
      }
    }
    return null;
  }

  private bareCell(start: number): Cell {
    const { text } = this;
    let hasQuote = false;
    let end = start;
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end);
      if (isLineBreak(code) || this.isDelimiter(end)) break;
      hasQuote ||= code === QUOTE;
    }
    return { value: text.slice(start, end), end, hasQuote };
  }

  private isDelimiter(at: number): boolean {
    const { text, delimiterCode, format } = this;
    return (
      text.charCodeAt(at) === delimiterCode && (format.delimiter.length === 1 || text.startsWith(format.delimiter, at))
    );
  }

  /**
   * A record with text after a closing quote. If this quote is at the beginning of a cell, it was probably meant to
   * open the cell, and an earlier line left its quote open. Then only the record's first line fails, and the next lines
   * are parsed again.
   */
  private textAfterQuote(start: number, at: number, cells: readonly string[], isEnd: boolean): Parsed | null {
    const { text } = this;
    const quote = at - 1;
    const line = this.lineOf(start, quote);
    const beginsCell = isLineBreak(text.charCodeAt(quote - 1)) || text.endsWith(this.format.delimiter, quote);
    const wasLeftOpen = beginsCell && line > this.line;
    const behind = this.behindLine(this.lineEnd(at), isEnd);
    const end = wasLeftOpen ? this.behindLine(this.lineEnd(start), isEnd) : behind;
    if (behind === null || end === null) return null;
    if (wasLeftOpen) this.doubtfulUntil = Math.max(this.doubtfulUntil, line);
    return { cells, end, fault: this.fault('textAfterQuote', cells.length, start, quote) };
  }

  private fault(kind: Fault['kind'], cell: number, start: number, at: number): Fault {
    const text = this.text.slice(at, Math.min(this.lineEnd(at), at + SHOWN_TEXT));
    return { kind, cell, line: this.lineOf(start, at), text };
  }

  /** The position where a line ends, before its line break. */
  private lineEnd(at: number): number {
    let end = at;
    while (end < this.text.length && !isLineBreak(this.text.charCodeAt(end))) end += 1;
    return end;
  }

  /** The position after a line break; null if more text may belong to the line break. */
  private behindLine(at: number, isEnd: boolean): number | null {
    const { text } = this;
    if (at >= text.length) return isEnd ? at : null;
    if (text.charCodeAt(at) === LF) return at + 1;
    if (at + 1 < text.length) return text.charCodeAt(at + 1) === LF ? at + 2 : at + 1;
    return isEnd ? at + 1 : null;
  }

  private lineOf(start: number, at: number): number {
    return this.line + countLineBreaks(this.text.slice(start, at));
  }
}

/** The records of a text. Throws MALFORMED_CSV at a record that is too long. */
export async function* readRecords(texts: AsyncIterable<string>, format: QuoteFormat): Records {
  const parser = new RecordParser(format);
  for await (const text of texts) yield parser.feed(text);
  yield parser.end();
}

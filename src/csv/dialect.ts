/** The dialect of a file: what separates its cells, and what escapes its quotes. */
import { CallError } from '../errors';
import type { CsvRecord, QuoteFormat } from './record';
import { RecordParser } from './records';
import type { CsvFormat } from './options';

export interface Dialect extends QuoteFormat {
  /** The number of lines before the header: 1 for Excel's `sep=;`, otherwise 0. */
  readonly preamble: number;
}

/** Characters that texts rarely contain come first. */
const DELIMITERS = ['\t', ';', '|', ','];
/** The number of records by which delimiters are compared. */
const SAMPLE = 100;
const SEP_LINE = /^[^\S\r\n]*"?sep=([^"\r\n])"?[^\S\r\n]*(?:[\r\n]|$)/iu;

/** One character, or `tab` or `\t` for a tab. Throws BAD_USER_INPUT. */
function givenDelimiter(delimiter: string): string {
  if (/^(tab|\\t)$/i.test(delimiter)) return '\t';
  if (!/^[^"\r\n\p{Surrogate}]$/u.test(delimiter))
    throw new CallError(
      'BAD_USER_INPUT',
      `format.delimiter must be one character that is neither a quote nor a line break, not ${JSON.stringify(delimiter)}.`,
    );
  return delimiter;
}

/** One character. Throws BAD_USER_INPUT. */
function givenEscape(escape: string, delimiter: string | null): string {
  if (!/^[^\r\n\p{Surrogate}]$/u.test(escape) || escape.length > 1 || escape === delimiter)
    throw new CallError(
      'BAD_USER_INPUT',
      `format.escape must be one character that is neither the delimiter nor a line break, such as "\\", not ${JSON.stringify(escape)}.`,
    );
  return escape;
}

/** The caller's part of a dialect, checked before anything is read. Throws BAD_USER_INPUT. */
export function givenDialect({ delimiter, escape }: CsvFormat): { delimiter: string | null; escape: string } {
  const checked = delimiter === null || delimiter === undefined ? null : givenDelimiter(delimiter);
  return { delimiter: checked, escape: escape === null || escape === undefined ? '"' : givenEscape(escape, checked) };
}

interface Fit {
  /** The number of cells of the header. */
  readonly width: number;
  /** The fraction of the other records that have as many cells. */
  readonly share: number;
}

function sampleOf(start: string, isWhole: boolean, format: QuoteFormat): readonly CsvRecord[] {
  const parser = new RecordParser(format);
  const complete = parser.feed(start).slice(0, SAMPLE);
  // A record that is cut off has too few cells. It is used only if there is no other record.
  return isWhole || complete.length === 0 ? [...complete, ...parser.end()] : complete;
}

/** The number of cells of a record, without empty cells at its end. */
export function widthOf(cells: readonly string[]): number {
  let width = cells.length;
  while (width > 1 && cells[width - 1] === '') width -= 1;
  return width;
}

function fitOf([header, ...rows]: readonly CsvRecord[]): Fit {
  if (!header) return { width: 0, share: 0 };
  const [most, fewest] = [header.cells.length, widthOf(header.cells)];
  const fitting = rows.filter(
    ({ cells, fault }) => fault === null && cells.length >= fewest && widthOf(cells) <= most,
  ).length;
  return { width: most, share: rows.length === 0 ? 1 : fitting / rows.length };
}

/**
 * Among the delimiters that divide the header, the one with which most rows have as many cells as the header, then the
 * one with the most cells.
 */
function findDelimiter(start: string, isWhole: boolean, escape: string): string {
  const fits = DELIMITERS.map((delimiter) => ({
    delimiter,
    ...fitOf(sampleOf(start, isWhole, { delimiter, escape })),
  }));
  const dividing = fits.filter(({ width }) => width > 1);
  // For a file with one column, the delimiter is a comma, unless another one fits better.
  const [first, ...others] = dividing.length > 0 ? dividing : fits.toReversed();
  const isBetter = (one: Fit, other: Fit): boolean =>
    one.share > other.share || (one.share === other.share && one.width > other.width);
  return others.reduce((best, fit) => (best && !isBetter(fit, best) ? best : fit), first)?.delimiter ?? ',';
}

/** The dialect of a file that begins with `start`. `isWhole`: `start` is the whole file. */
export function findDialect(start: string, isWhole: boolean, given: ReturnType<typeof givenDialect>): Dialect {
  const [line, stated] = SEP_LINE.exec(start) ?? [];
  const preamble = line === undefined ? 0 : 1;
  const table = line === undefined ? start : start.slice(line.length);
  const delimiter = given.delimiter ?? stated ?? findDelimiter(table, isWhole, given.escape);
  return { delimiter, escape: given.escape, preamble };
}

/** How a file is written: what separates its cells, and what escapes its quotes. */
import { CallError } from '../errors';
import type { CsvRecord, QuoteFormat } from './record';
import { RecordParser } from './records';
import type { CsvFormat } from './options';

export interface Dialect extends QuoteFormat {
  /** Lines in front of the header that are none of the table: Excel's `sep=;`. */
  readonly preamble: number;
}

/** The less texts have a sign themselves, the earlier it comes. */
const DELIMITERS = ['\t', ';', '|', ','];
/** Records by which delimiters are judged. */
const SAMPLE = 100;
const SEP_LINE = /^[^\S\r\n]*"?sep=([^"\r\n])"?[^\S\r\n]*(?:[\r\n]|$)/iu;

/** One character, or `tab` or `\t` for a tab; throws BAD_USER_INPUT. */
function givenDelimiter(delimiter: string): string {
  if (/^(tab|\\t)$/i.test(delimiter)) return '\t';
  if (!/^[^"\r\n\p{Surrogate}]$/u.test(delimiter))
    throw new CallError(
      'BAD_USER_INPUT',
      `format.delimiter must be one character that is neither a quote nor a line break, not ${JSON.stringify(delimiter)}.`,
    );
  return delimiter;
}

/** One character; throws BAD_USER_INPUT. */
function givenEscape(escape: string, delimiter: string | null): string {
  if (!/^[^\r\n\p{Surrogate}]$/u.test(escape) || escape.length > 1 || escape === delimiter)
    throw new CallError(
      'BAD_USER_INPUT',
      `format.escape must be one character that is neither the delimiter nor a line break, such as "\\", not ${JSON.stringify(escape)}.`,
    );
  return escape;
}

/** What a caller gives of a dialect, checked before anything is read; throws BAD_USER_INPUT. */
export function givenDialect({ delimiter, escape }: CsvFormat): { delimiter: string | null; escape: string } {
  const checked = delimiter === null || delimiter === undefined ? null : givenDelimiter(delimiter);
  return { delimiter: checked, escape: escape === null || escape === undefined ? '"' : givenEscape(escape, checked) };
}

interface Fit {
  /** Cells of the header. */
  readonly width: number;
  /** Of the records behind the header: those with as many cells. */
  readonly share: number;
}

function sampleOf(start: string, isWhole: boolean, format: QuoteFormat): readonly CsvRecord[] {
  const parser = new RecordParser(format);
  const complete = parser.feed(start).slice(0, SAMPLE);
  // What is cut off has too few cells, unless there is nothing else to judge by.
  return isWhole || complete.length === 0 ? [...complete, ...parser.end()] : complete;
}

/** How many cells a record has, without those that delimiters at its end make. */
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

/** Of the delimiters that divide the header the one by which most rows have as many cells, then the most cells. */
function findDelimiter(start: string, isWhole: boolean, escape: string): string {
  const fits = DELIMITERS.map((delimiter) => ({
    delimiter,
    ...fitOf(sampleOf(start, isWhole, { delimiter, escape })),
  }));
  const dividing = fits.filter(({ width }) => width > 1);
  // Of a file with one column a comma is said, unless another sign fits better.
  const [first, ...others] = dividing.length > 0 ? dividing : fits.toReversed();
  const isBetter = (one: Fit, other: Fit): boolean =>
    one.share > other.share || (one.share === other.share && one.width > other.width);
  return others.reduce((best, fit) => (best && !isBetter(fit, best) ? best : fit), first)?.delimiter ?? ',';
}

/** The dialect of a file that begins with `start`, of which there is no more if `isWhole`. */
export function findDialect(start: string, isWhole: boolean, given: ReturnType<typeof givenDialect>): Dialect {
  const [line, stated] = SEP_LINE.exec(start) ?? [];
  const preamble = line === undefined ? 0 : 1;
  const table = line === undefined ? start : start.slice(line.length);
  const delimiter = given.delimiter ?? stated ?? findDelimiter(table, isWhole, given.escape);
  return { delimiter, escape: given.escape, preamble };
}

/** A record of a CSV text: its cells, its position, and errors in its quotes. */
import { BOUNDS } from '../bounds';

export interface QuoteFormat {
  readonly delimiter: string;
  /** The character that escapes a quote. A doubled quote is always a quote. */
  readonly escape: string;
}

/** Why the cells of a record may be wrong. */
export interface Fault {
  readonly kind:
    | 'textAfterQuote'
    /** A quote within an unquoted cell, on a line that an earlier record with a wrong quote included. */
    | 'quoteInDoubt'
    | 'unclosed';
  /** From 1. */
  readonly cell: number;
  /** The line of the quote, from 1. */
  readonly line: number;
  /** The first characters from the quote on, or of the cell. */
  readonly text: string;
}

export interface CsvRecord {
  /** The first cells. If there are more than BOUNDS.cells, exactly one more is included. */
  readonly cells: readonly string[];
  /** The number of characters. */
  readonly size: number;
  /** The line where the record starts, from 1. */
  readonly line: number;
  readonly fault: Fault | null;
}

/** Records in batches of any size, without blank lines. */
export type Records = AsyncGenerator<readonly CsvRecord[]>;

/** A line of a text without quotes. It is split only when its cells are read. */
export class PlainRecord implements CsvRecord {
  readonly fault = null;

  constructor(
    private readonly text: string,
    private readonly delimiter: string,
    readonly line: number,
  ) {}

  get cells(): string[] {
    return this.text.split(this.delimiter, BOUNDS.cells + 1);
  }

  get size(): number {
    return this.text.length;
  }
}

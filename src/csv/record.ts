/** A record of a CSV text: its cells, its place, and what is wrong with its quotes. */
import { BOUNDS } from '../bounds';

export interface QuoteFormat {
  readonly delimiter: string;
  /** The character before a quote that stands for itself; a doubled quote always does. */
  readonly escape: string;
}

/** Why the cells of a record cannot be trusted. */
export interface Fault {
  readonly kind:
    | 'textAfterQuote'
    /** A quote within a bare cell, in lines that an earlier record with a wrong quote had swallowed. */
    | 'quoteInDoubt'
    | 'unclosed';
  /** From 1. */
  readonly cell: number;
  /** Of the quote, from 1. */
  readonly line: number;
  /** The first characters from the quote on, or of the cell. */
  readonly text: string;
}

export interface CsvRecord {
  /** The first ones: of more than BOUNDS.cells it has one too many. */
  readonly cells: readonly string[];
  /** Characters. */
  readonly size: number;
  /** Where the record starts, from 1. */
  readonly line: number;
  readonly fault: Fault | null;
}

/** Records in batches of any size; blank lines, which have nothing but blanks, are left out. */
export type Records = AsyncGenerator<readonly CsvRecord[]>;

/** A line of a text without quotes, which is split only if its cells are asked for. */
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

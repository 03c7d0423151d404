/** Rows that have been read and are not done yet. */
import { ROWS_PER_BATCH, yieldAfter } from '../../eventLoop';
import type { Instruction } from '../read/instruction';
import { MOST_WEIGHT, weightOf } from './weight';

export class RowBuffer {
  private rows: Instruction[] = [];
  /** The weight of these rows. If it is too large, no more rows are read. */
  private weight = 0;
  private isAtEnd = false;
  private reading: Promise<void> | null = null;
  /** An error of reading ahead. It is thrown when the rows are needed. */
  private failure: { readonly error: unknown } | null = null;
  private readonly batches: AsyncIterator<readonly Instruction[]>;

  constructor(
    source: AsyncIterable<readonly Instruction[]>,
    /** The approximate number of rows to read at once. */
    private readonly step: number,
  ) {
    this.batches = source[Symbol.asyncIterator]();
  }

  get length(): number {
    return this.rows.length;
  }

  get first(): Instruction | undefined {
    return this.rows[0];
  }

  /** Whether all rows of the source have been read. */
  get isComplete(): boolean {
    return this.isAtEnd;
  }

  slice(start: number, end: number): readonly Instruction[] {
    return this.rows.slice(start, end);
  }

  /** Removes the first rows, which are done. */
  take(rows: number): void {
    for (const instruction of this.rows.slice(0, rows)) this.weight -= weightOf(instruction);
    this.rows = this.rows.slice(rows);
  }

  /** Whether there are so many rows, or no more can be read for now. */
  isEnough(rows: number): boolean {
    return this.isAtEnd || this.rows.length >= rows || this.weight >= MOST_WEIGHT;
  }

  get hasFailed(): boolean {
    return this.failure !== null;
  }

  /** Throws the error of the source. */
  async readUpTo(rows: number): Promise<void> {
    while (!this.isEnough(rows)) {
      await this.readMore();
      if (this.failure) throw this.failure.error;
    }
  }

  /** Reads the next rows, or waits for a read in progress. Never throws. */
  readMore(): Promise<void> {
    return (this.reading ??= this.read()
      .catch((error: unknown) => void (this.failure = { error }))
      .finally(() => (this.reading = null)));
  }

  async close(): Promise<void> {
    await this.batches.return?.();
  }

  private async read(): Promise<void> {
    let atOnce = 0;
    for (let rows = 0; rows < this.step && !this.isAtEnd && this.weight < MOST_WEIGHT;) {
      const batch = await this.batches.next();
      if (batch.done) this.isAtEnd = true;
      else {
        this.rows.push(...batch.value);
        for (const instruction of batch.value) this.weight += weightOf(instruction);
        rows += batch.value.length;
        atOnce += batch.value.length;
        await yieldAfter(atOnce);
        if (atOnce >= ROWS_PER_BATCH) atOnce = 0;
      }
    }
  }
}

/** Decides how many rows make the next chunk, and finds the failing rows of a refused chunk by halving it. */
import { isScan } from '../load/loader';
import type { Instruction } from '../read/instruction';
import type { FatalRowsOfPass } from './fatalRows';
import { lightEnough } from './weight';

/**
 * The number of instructions in the next chunk. A row that only the database can match is a chunk of its own, and large
 * rows make small chunks.
 */
export function chunkLength(instructions: readonly Instruction[], size: number, fatalRows: FatalRowsOfPass): number {
  const most = lightEnough(instructions.slice(0, size));
  const alone = instructions
    .slice(0, most)
    .findIndex((instruction) => isScan(instruction) || fatalRows.standsAlone(instruction.row.number));
  return alone < 0 ? most : Math.max(alone, 1);
}

/** Consecutive rows of a refused chunk. */
interface Part {
  rows: number;
  /**
   * Whether this is the first half of a refused part. If all its rows are accepted, the failing row is in the second
   * half.
   */
  isFirstHalf: boolean;
}

export class ChunkCutter {
  /** The most rows of the next chunk. */
  private size: number;
  /** The remaining parts of refused chunks. The last one is next. */
  private readonly parts: Part[] = [];
  /** Whether the previous row failed alone. */
  private wasIsolated = false;

  constructor(private readonly largest: number) {
    this.size = largest;
  }

  /** The most rows that the next chunk may have. */
  get next(): number {
    return Math.min(this.size, this.parts.at(-1)?.rows ?? this.size);
  }

  /** Whether the next chunk has the full size. */
  get isAtFullSize(): boolean {
    return this.next === this.largest;
  }

  /** Called when the first rows of a chunk are done, fewer than all if the chunk had to end early. */
  accept(rows: number, chunk: number): void {
    this.wasIsolated = false;
    // After an early end, the next chunk is not larger than it is likely to get.
    this.size = Math.min(this.largest, Math.max(2, (rows < chunk ? rows : this.size) * 2));
    const isHalfAccepted = this.remove(rows);
    const rest = this.parts.at(-1);
    if (!isHalfAccepted || !rest || rest.rows === 1) return;
    this.parts.pop();
    this.halve(rest.rows);
  }

  /** Halves a refused chunk. Returns false if the chunk has only one row. */
  refuse(chunk: number): boolean {
    if (chunk <= 1) return false;
    this.remove(chunk);
    this.halve(chunk);
    return true;
  }

  /** Called when a row failed alone. If failing rows follow each other, halving does not help. */
  isolated(): void {
    const part = this.parts.at(-1);
    if (part) part.isFirstHalf = false;
    this.remove(1);
    if (this.wasIsolated) this.single();
    this.wasIsolated = true;
  }

  /** Processes the next rows one by one. */
  single(): void {
    this.size = 1;
  }

  private halve(rows: number): void {
    const first = Math.floor(rows / 2);
    this.parts.push({ rows: rows - first, isFirstHalf: false }, { rows: first, isFirstHalf: true });
  }

  /** Removes rows from the next part. Returns true if a first half is done. */
  private remove(rows: number): boolean {
    const part = this.parts.at(-1);
    if (!part) return false;
    part.rows -= rows;
    if (part.rows > 0) return false;
    this.parts.pop();
    return part.isFirstHalf;
  }
}

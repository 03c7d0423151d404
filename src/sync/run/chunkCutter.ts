/** Decides how many rows make the next chunk, and finds the rows at fault of a refused one by halving. */
import { isScan } from '../load/loader';
import type { Instruction } from '../read/instruction';
import type { FatalRowsOfPass } from './fatalRows';
import { lightEnough } from './weight';

/** How many of the instructions make the next chunk: a row that only the database can match goes alone, large ones are few. */
export function chunkLength(instructions: readonly Instruction[], size: number, fatalRows: FatalRowsOfPass): number {
  const most = lightEnough(instructions.slice(0, size));
  const alone = instructions
    .slice(0, most)
    .findIndex((instruction) => isScan(instruction) || fatalRows.standsAlone(instruction.row.number));
  return alone < 0 ? most : Math.max(alone, 1);
}

/** Rows in a row that belong to a chunk which was refused. */
interface Part {
  rows: number;
  /** The first half of a refused part: if all of its rows are accepted, the row at fault is in the second half. */
  isFirstHalf: boolean;
}

export class ChunkCutter {
  /** Most rows of the next chunk. */
  private size: number;
  /** What is still to be done of refused chunks; the next part stands last. */
  private readonly parts: Part[] = [];
  /** The row before was at fault. */
  private wasIsolated = false;

  constructor(private readonly largest: number) {
    this.size = largest;
  }

  /** How many rows the next chunk may have. */
  get next(): number {
    return Math.min(this.size, this.parts.at(-1)?.rows ?? this.size);
  }

  /** Chunks are as large as they may be. */
  get isAtFullSize(): boolean {
    return this.next === this.largest;
  }

  /** The first rows of a chunk are done; fewer than all where it had to end early. */
  accept(rows: number, chunk: number): void {
    this.wasIsolated = false;
    // After an early end the next chunk is not larger than it is likely to get.
    this.size = Math.min(this.largest, Math.max(2, (rows < chunk ? rows : this.size) * 2));
    const isHalfAccepted = this.remove(rows);
    const rest = this.parts.at(-1);
    if (!isHalfAccepted || !rest || rest.rows === 1) return;
    this.parts.pop();
    this.halve(rest.rows);
  }

  /** Cuts a refused chunk in half; false if its row stands alone. */
  refuse(chunk: number): boolean {
    if (chunk <= 1) return false;
    this.remove(chunk);
    this.halve(chunk);
    return true;
  }

  /** The row at fault stood alone and has failed. Where rows at fault follow each other, there is nothing to halve. */
  isolated(): void {
    const part = this.parts.at(-1);
    if (part) part.isFirstHalf = false;
    this.remove(1);
    if (this.wasIsolated) this.single();
    this.wasIsolated = true;
  }

  /** The rows at hand go one by one. */
  single(): void {
    this.size = 1;
  }

  private halve(rows: number): void {
    const first = Math.floor(rows / 2);
    this.parts.push({ rows: rows - first, isFirstHalf: false }, { rows: first, isFirstHalf: true });
  }

  /** Takes rows off the next part; true if that ends a first half. */
  private remove(rows: number): boolean {
    const part = this.parts.at(-1);
    if (!part) return false;
    part.rows -= rows;
    if (part.rows > 0) return false;
    this.parts.pop();
    return part.isFirstHalf;
  }
}

/**
 * Rows whose refusal ends the whole transaction (SQLite's `RAISE(ROLLBACK)`), as found by earlier attempts of the same
 * run.
 */
import type { Problem } from '../../problems';

export class FatalRows {
  private readonly problems = new Map<string, Problem>();
  private readonly suspects = new Set<string>();

  /** The fatal rows of one source in one pass. */
  of(source: number, pass: number): FatalRowsOfPass {
    const name = (row: number): string => `${source} ${pass} ${row}`;
    return {
      problem: (row) => this.problems.get(name(row)),
      standsAlone: (row) => this.suspects.has(name(row)),
      suspect: (rows) => rows.forEach((row) => this.suspects.add(name(row))),
      fail: (row, problem) => void this.problems.set(name(row), problem),
    };
  }
}

export interface FatalRowsOfPass {
  /** Why the row fails, if this is known. The row is then not tried again. */
  problem(row: number): Problem | undefined;
  /** Whether the row may be fatal, so that it is a chunk of its own. */
  standsAlone(row: number): boolean;
  suspect(rows: readonly number[]): void;
  fail(row: number, problem: Problem): void;
}

/**
 * Limits of nsync's input in the server, the command line and the library. No setting changes them. They are far above
 * what real data needs, and low enough that no input takes much time or memory.
 */
import { CallError } from './errors';

/** docs/limits.md lists these limits. */
export const BOUNDS = {
  /** Different columns of a file, or of the rows of a call, including those of inline objects. */
  columns: 5000,
  /** Cells of a line, including empty ones at its end: spreadsheets write up to 16,384 of them. */
  cells: 20_000,
  /** Characters of a column's name, with all parts of a reference. */
  columnNameLength: 2000,
  /** Relations on the path of one reference. */
  referenceHops: 16,
  /** Objects that one row names for one to-many relation. */
  targetsPerRow: 10_000,
  /** Characters of a `match_on`. */
  matchLength: 10_000,
  /** Words of a `match_on`: names and operators. */
  matchTerms: 200,
  /** Alternatives of a `match_on`, once multiplied out. Each is a lookup. */
  matchAlternatives: 64,
  /** Files per call. */
  filesPerCall: 1000,
  /** Problems that are reported per row. */
  problemsPerRow: 10,
  /** Groups of problems per run. */
  problemGroups: 1000,
} as const;

/** The error of a file, or of rows, with too many columns. `who` begins the sentence. */
export const tooManyColumns = (who: string): CallError =>
  new CallError(
    'TOO_MANY_COLUMNS',
    `${who} more different columns than the limit of ${BOUNDS.columns}. Send only columns of the model.`,
  );

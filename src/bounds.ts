/**
 * What nsync accepts at most, on every way in: server, command line and library. No setting changes these bounds. Each is
 * far above what data needs, and low enough that no input takes more than a moment or more than a little memory.
 */
import { CallError } from './errors';

/** docs/limits.md lists them. */
export const BOUNDS = {
  /** Different columns of a file, or of the rows of a call; those of inline objects count too. */
  columns: 5000,
  /** Cells of a line, with those at its end that delimiters alone make: spreadsheets write up to 16,384 of them. */
  cells: 20_000,
  /** Characters of a column's name, with all parts of a reference. */
  columnNameLength: 2000,
  /** Relations that one reference leads through. */
  referenceHops: 16,
  /** Objects that one row names for one relation to many. */
  targetsPerRow: 10_000,
  /** Characters of a `match_on`. */
  matchLength: 10_000,
  /** Words of a `match_on`: names and operators. */
  matchTerms: 200,
  /** Alternatives that a `match_on` multiplies out to; each is a lookup. */
  matchAlternatives: 64,
  /** Files of a call. */
  filesPerCall: 1000,
  /** Problems that are told of one row. */
  problemsPerRow: 10,
  /** Groups of problems of a run. */
  problemGroups: 1000,
} as const;

/** The error of a file, or of rows, with too many columns; `who` begins its sentence. */
export const tooManyColumns = (who: string): CallError =>
  new CallError(
    'TOO_MANY_COLUMNS',
    `${who} more different columns than the limit of ${BOUNDS.columns}. Send only columns of the model.`,
  );

/** Input: one element of `rows`, or one line of a file. */
import type { Problem } from '../problems';

export type { RowAction } from '../actionFlags';

export interface Row {
  /** The number of the row in its source, from 1. */
  readonly number: number;
  /** The line of the CSV file where the row starts, from 1. */
  readonly line?: number;
  /** The number of characters of the line, if known. */
  readonly size?: number;
  readonly actionFlags: string | null;
  /** Names and operators of R4 and R5, separated by blanks. */
  readonly matchOn: string | null;
  readonly externalKey: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  /** The reason why the row could not be read (MALFORMED_CSV_ROW). The row fails with this problem. */
  readonly unreadable?: Problem;
}

/** What comes in: one element of `rows`, or one line of a file. */
import type { Problem } from '../problems';

export type { RowAction } from '../actionFlags';

export interface Row {
  /** From 1, in its source. */
  readonly number: number;
  /** Of the CSV file, from 1, where the row starts. */
  readonly line?: number;
  /** Characters of the line, as far as they are known. */
  readonly size?: number;
  readonly actionFlags: string | null;
  /** Names and operators of R4 and R5, separated by blanks. */
  readonly matchOn: string | null;
  readonly externalKey: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  /** Set where the row could not be read at all (MALFORMED_CSV_ROW): it fails with it. */
  readonly unreadable?: Problem;
}

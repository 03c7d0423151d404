/** Rows as an application gives them. */
import type { Problem } from '../problems';

/** One row: what may be done, how its object is found, and its values. */
export interface SyncRow {
  /** `c` create, `u` update, `d` delete, `*` force; falls back to `defaults`. */
  readonly actionFlags?: string | null;
  /** Names of columns that find the object, and the postfix operators `|` `&` `~`; falls back to `defaults`. */
  readonly matchOn?: string | readonly string[] | null;
  /** The key by which the external system knows the object. */
  readonly externalKey?: string | number | bigint | null;
  /**
   * By field, and references by path (`owner=>employee_id`) or as objects. JSON, and besides it Date, Buffer and bigint;
   * a value that is undefined is none, and leaves its field as it is.
   */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of the file that the row comes from, from 1. */
  readonly line?: number;
  /** The values are text of a file, so that those of JSON columns are parsed. Said by all rows of a source, or by none. */
  readonly text?: boolean;
  /** Why the row cannot be read: it fails with it. */
  readonly unreadable?: Problem;
}

export type SyncRows = Iterable<SyncRow> | AsyncIterable<SyncRow>;

export interface RowDefaults {
  readonly actionFlags?: string | null;
  readonly matchOn?: string | readonly string[] | null;
}

/** Rows of one system for one model. */
export interface SyncRowSource {
  readonly system: string;
  readonly model: string;
  /** Any iterable; one that is no array is read once, and kept on disk while the run needs it. */
  readonly rows: SyncRows;
  /** What holds for rows that do not say it themselves. */
  readonly defaults?: RowDefaults;
  /** A name for outcomes and problems to tell the source by. */
  readonly file?: string | null;
}

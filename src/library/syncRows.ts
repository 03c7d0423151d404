/** Rows that an application passes to nsync. */
import type { Problem } from '../problems';

/** One row: its action flags, the columns that find its object, its external key, and its values. */
export interface SyncRow {
  /** `c` create, `u` update, `d` delete, `*` force. Default: `defaults`. */
  readonly actionFlags?: string | null;
  /** Names of columns that find the object, and the postfix operators `|` `&` `~`. Default: `defaults`. */
  readonly matchOn?: string | readonly string[] | null;
  /** The object's key in the external system. */
  readonly externalKey?: string | number | bigint | null;
  /**
   * Values by field. References are given by path (`owner=>employee_id`) or as objects. Values are JSON, Date, Buffer or bigint. An undefined value
   * is omitted, and leaves its field unchanged.
   */
  readonly values: Readonly<Record<string, unknown>>;
  /** The row's line in its file, from 1. */
  readonly line?: number;
  /** Whether values are text from a file, so that those of JSON columns are parsed. All rows of a source must have the same setting. */
  readonly text?: boolean;
  /** The problem because of which the row cannot be read. The row fails with it. */
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
  /** Any iterable. Other iterables than arrays are read once, and stored on disk while the run needs them. */
  readonly rows: SyncRows;
  /** Settings for rows that do not have their own. */
  readonly defaults?: RowDefaults;
  /** The source's name in outcomes and problems. */
  readonly file?: string | null;
}

/** What bulk statements write. */
import type { ColumnInfo } from './catalog';
import type { Binding } from './dialect';

/** Values of rows: by column, of each row. `undefined`: the row has no value for the column. */
export type ColumnValues = readonly (readonly (Binding | undefined)[])[];

/** Ids that the database keeps within a transaction, so that rows can refer to others whose insert is not answered yet (see `Dialect.keepsIds`). */
export interface KeptIds {
  /** `keepIdsAs` of the last insert whose ids are meant. */
  readonly name: string;
  /** The column that gets them. */
  readonly column: ColumnInfo;
  /** For each row, the index of the other row in that insert. */
  readonly rows: readonly number[];
}

/** New rows for one table. All lists of columns and of values have the same order. */
export interface BulkInsert {
  /** As in TableInfo. */
  readonly table: string;
  /** As in TableInfo. Default: false. */
  readonly overridesConflicts?: boolean;
  readonly columns: readonly ColumnInfo[];
  /** Of `columns`. A column without a value is left to the database. */
  readonly values: ColumnValues;
  /** The number of rows. */
  readonly count: number;
  /** The columns that are returned for each row. Empty: rows are not returned. */
  readonly returning: readonly ColumnInfo[];
  /** A name for the ids that the rows get. The rows must fit into one statement. */
  readonly keepIdsAs?: string;
  /** The values of one more column. */
  readonly keptIds?: KeptIds;
}

/** New values for rows found by key. All lists of columns and of values have the same order. */
export interface BulkUpdate {
  /** As in TableInfo. */
  readonly table: string;
  /** As in TableInfo. Default: false. */
  readonly overridesConflicts?: boolean;
  /** The columns that identify a row. Two rows must not have the same key. */
  readonly keys: readonly ColumnInfo[];
  /** Of `keys`, none of them null. */
  readonly keyValues: readonly (readonly Binding[])[];
  readonly columns: readonly ColumnInfo[];
  /** Of `columns`. A column without a value stays as it is; each row has a value for at least one. */
  readonly values: ColumnValues;
  /** The number of rows. */
  readonly count: number;
}

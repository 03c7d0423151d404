/** The estimated size of a table. */
export interface TableSize {
  readonly table: string;
  /** Null if the database has no estimate. */
  readonly rows: number | null;
  /** Includes indexes. Null if the database has no estimate. */
  readonly bytes: number | null;
}

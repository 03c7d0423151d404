/** How large a table is, as the database estimates it. */
export interface TableSize {
  readonly table: string;
  /** Null if the database has no estimate. */
  readonly rows: number | null;
  /** With indexes; null if the database has no estimate. */
  readonly bytes: number | null;
}

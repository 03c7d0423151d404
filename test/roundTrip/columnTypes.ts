/** What the tables of column types consist of: one file of them for each database. */
import type fc from 'fast-check';

/** A value as JSON: of a row, or of `objects`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A column type, and the values that prove R46 for it. */
export interface ColumnTypeCase {
  /** As SQL declares the column. */
  readonly type: string;
  /** Values that plain SQL writes, and how `objects` shows each. No two are equal to the database. */
  readonly stored: readonly (readonly [sql: string, shown: Json])[];
  /** Other spellings that rows may use, and how `objects` shows what each stores. */
  readonly accepted?: readonly (readonly [sent: Json, shown: Json])[];
  /** Values that fail their row with INVALID_VALUE, naming the field (R14). */
  readonly refused?: readonly Json[];
  /** How the database compares values of the type; `NONE`: it has no equality, and `match_on` says so. */
  readonly compared: string;
  /** Rows cannot set such a column, and `models` says so. */
  readonly isReadOnly?: boolean;
  /** Values that rows may send, for the property. */
  readonly generated?: fc.Arbitrary<Json>;
}

export const NONE = 'no equality';

/** The types of one database. */
export interface DatabaseTypes {
  readonly database: 'SQLite' | 'MariaDB' | 'PostgreSQL';
  /** Statements that the tables need, such as those that create types. */
  readonly before?: readonly string[];
  /** SQL of a trigger that counts updates of the table in `writes`, by its name. */
  readonly countWrites: (table: string) => readonly string[];
  readonly cases: readonly ColumnTypeCase[];
}

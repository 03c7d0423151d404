/** The types of the tables of column types. Each database has one such table. */
import type fc from 'fast-check';

/** A JSON value of a row, or in `objects`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A column type, and the values that prove R46 for it. */
export interface ColumnTypeCase {
  /** The column's type in SQL. */
  readonly type: string;
  /** Values that plain SQL writes, and their form in `objects`. No two are equal in the database. */
  readonly stored: readonly (readonly [sql: string, shown: Json])[];
  /** Other spellings that rows may use, and the form of the stored value in `objects`. */
  readonly accepted?: readonly (readonly [sent: Json, shown: Json])[];
  /** Values that fail their row with INVALID_VALUE and name the field (R14). */
  readonly refused?: readonly Json[];
  /** How the database compares values of the type. `NONE`: it has no equality, and `match_on` reports that. */
  readonly compared: string;
  /** Rows cannot set the column, and `models` reports that. */
  readonly isReadOnly?: boolean;
  /** Values for the property test. */
  readonly generated?: fc.Arbitrary<Json>;
}

export const NONE = 'no equality';

/** The types of one database. */
export interface DatabaseTypes {
  readonly database: 'SQLite' | 'MariaDB' | 'PostgreSQL';
  /** Statements for the tables, such as those that create types. */
  readonly before?: readonly string[];
  /** SQL of a trigger that counts updates of a table in `writes`, by the table's name. */
  readonly countWrites: (table: string) => readonly string[];
  readonly cases: readonly ColumnTypeCase[];
}

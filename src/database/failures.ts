/** Failures of a database, in the same form for every database. */
import type { Outage } from './outages';

/** The meaning of a failed statement, for the row that caused it or for the whole run. */
export type DatabaseFailure =
  | {
      readonly kind: 'violation';
      readonly code:
        | 'UNIQUE_VIOLATION'
        | 'NOT_NULL_VIOLATION'
        | 'FOREIGN_KEY_VIOLATION'
        | 'CHECK_VIOLATION'
        | 'INVALID_VALUE'
        | 'DATABASE_REFUSED';
      /** The columns or the constraint that were violated, if the database names them. */
      readonly columns?: readonly string[];
      readonly constraint?: string;
      /** The database's own message, without SQL. For example the text that a trigger raised (R17a). */
      readonly reason?: string;
      /** An exclusion constraint: an object with another value may be in conflict. */
      readonly isExclusion?: true;
    }
  | CallFailure
  /** The database has ended the whole transaction because of a row, as SQLite's `RAISE(ROLLBACK)` does. */
  | { readonly kind: 'transactionEnded' };

/** A failure that no row causes. It ends the call, unless a retry succeeds. */
export type CallFailure =
  /** The database cannot be used as it is now. */
  | { readonly kind: 'outage'; readonly outage: Outage }
  /** The database's user lacks a right. `object` is for example `table "person"`, `right` is `INSERT`; null if the database does not name it. */
  | { readonly kind: 'forbidden'; readonly object: string | null; readonly right: string | null }
  /** The statement names a column or table that no longer exists, although it existed when the catalog was read. */
  | { readonly kind: 'outdated'; readonly missing: string };

/** What can fail in a database, in words that are the same for every database. */
import type { Outage } from './outages';

/** What a failed statement means for the row that caused it, or for the whole run. */
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
      /** Columns or the constraint at fault, as far as the database tells. */
      readonly columns?: readonly string[];
      readonly constraint?: string;
      /** The database's own sentence, without SQL: what a trigger raised, for example (R17a). */
      readonly reason?: string;
      /** An exclusion constraint: another object need not have the same value to be in conflict. */
      readonly isExclusion?: true;
    }
  | CallFailure
  /** The database has ended the whole transaction because of a row, as SQLite's `RAISE(ROLLBACK)` does. */
  | { readonly kind: 'transactionEnded' };

/** What no row is to blame for: it ends the call, unless the same work succeeds when it is done again. */
export type CallFailure =
  /** The database cannot be used as it is now. */
  | { readonly kind: 'outage'; readonly outage: Outage }
  /** The database's user lacks a right: `object` is `table "person"`, `right` is `INSERT`; null where the database does not say. */
  | { readonly kind: 'forbidden'; readonly object: string | null; readonly right: string | null }
  /** The statement names a column or table that there is not: it was there when the catalog was read. */
  | { readonly kind: 'outdated'; readonly missing: string };

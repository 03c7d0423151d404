/** A transaction that SQLite itself has ended, as `RAISE(ROLLBACK)` does. Later statements must not be committed one by one. */
import type Database from 'better-sqlite3';

/** The error code of statements in such a transaction. */
export const TRANSACTION_ENDED = 'TRANSACTION_ENDED';

/* eslint-disable regexp/no-super-linear-backtracking -- only the first words of nsync's own statements match */
const BEGIN = /^\s*begin\b/i;
const COMMIT = /^\s*(commit|end)\s*(transaction\s*)?;?\s*$/i;
const END = /^\s*(commit|end|rollback)\s*(transaction\s*)?;?\s*$/i;
const ROLLBACK = /^\s*rollback\s*(transaction\s*)?;?\s*$/i;
/* eslint-enable regexp/no-super-linear-backtracking */

/** Whether a statement begins a transaction. */
export const isBegin = (sql: string): boolean => BEGIN.test(sql);
/** Whether a statement commits one. */
export const isCommit = (sql: string): boolean => COMMIT.test(sql);

export class OpenTransaction {
  private hasBegun = false;

  constructor(private readonly database: Database.Database) {}

  /** Whether a transaction has begun, and no statement has ended it. */
  get isOpen(): boolean {
    return this.hasBegun;
  }

  /**
   * Runs a statement. After SQLite has ended the transaction, every statement except ROLLBACK throws an error with the code TRANSACTION_ENDED.
   * ROLLBACK then does nothing.
   */
  run<T>(sql: string, statement: () => T): T | null {
    if (this.hasBegun && !this.database.inTransaction) {
      if (!ROLLBACK.test(sql)) throw ended();
      this.hasBegun = false;
      return null;
    }
    const result = statement();
    if (isBegin(sql)) this.hasBegun = true;
    else if (END.test(sql)) this.hasBegun = false;
    return result;
  }
}

const ended = (): Error => Object.assign(new Error('SQLite has ended the transaction.'), { code: TRANSACTION_ENDED });

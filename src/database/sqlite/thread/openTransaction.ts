/** A transaction that SQLite has ended by itself, as `RAISE(ROLLBACK)` does: what is sent after it must not be committed one by one. */
import type Database from 'better-sqlite3';

/** The code of the error that statements of such a transaction meet. */
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

  /** Whether it has begun and was not ended by a statement. */
  get isOpen(): boolean {
    return this.hasBegun;
  }

  /**
   * Runs a statement of a connection. After SQLite has ended the transaction, every statement but ROLLBACK throws an error
   * with the code TRANSACTION_ENDED, and ROLLBACK has nothing left to do.
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

/** Copies SQLite's write-ahead log into the database. */
import type Database from 'better-sqlite3';

/** The number of changed rows between two checkpoints, so that the log stays small. */
const ROWS_BETWEEN_CHECKPOINTS = 8000;
/** Pages of the log (40 MB). A COMMIT that leaves more pages copies them before it ends. */
const MOST_PAGES_LEFT = 10_000;

/**
 * Copies the log into the database after a COMMIT is answered. SQLite would copy it within the COMMIT, so that callers would also wait for several
 * disk syncs.
 */
export class Checkpoints {
  private readonly totalChanges: Database.Statement;
  private checkpointed = 0;

  constructor(private readonly database: Database.Database) {
    database.pragma(`wal_autocheckpoint = ${MOST_PAGES_LEFT}`);
    this.totalChanges = database.prepare('SELECT total_changes()').pluck();
  }

  /** Call between two statements. */
  afterStatement(): void {
    if (this.database.inTransaction) return;
    const changes = this.totalChanges.get() as number;
    if (changes - this.checkpointed < ROWS_BETWEEN_CHECKPOINTS) return;
    this.checkpointed = changes;
    // PASSIVE does not wait. Pages that others still read are left to the next checkpoint.
    this.database.pragma('wal_checkpoint(PASSIVE)');
  }
}

/** Copies SQLite's log into the database. */
import type Database from 'better-sqlite3';

/** Rows that are changed between two checkpoints, so that the log stays small. */
const ROWS_BETWEEN_CHECKPOINTS = 8000;
/** Pages of the log, 40 MB of them: a COMMIT that leaves more does not end before they are in the database. */
const MOST_PAGES_LEFT = 10_000;

/**
 * Copies what the log holds into the database after a COMMIT is answered, and not before. SQLite would do it within the
 * COMMIT, where whoever waits for it waits for several syncs of the disk as well.
 */
export class Checkpoints {
  private readonly totalChanges: Database.Statement;
  private checkpointed = 0;

  constructor(private readonly database: Database.Database) {
    database.pragma(`wal_autocheckpoint = ${MOST_PAGES_LEFT}`);
    this.totalChanges = database.prepare('SELECT total_changes()').pluck();
  }

  /** To be called between two statements. */
  afterStatement(): void {
    if (this.database.inTransaction) return;
    const changes = this.totalChanges.get() as number;
    if (changes - this.checkpointed < ROWS_BETWEEN_CHECKPOINTS) return;
    this.checkpointed = changes;
    // It waits for nobody: what others still read is left for the next one.
    this.database.pragma('wal_checkpoint(PASSIVE)');
  }
}

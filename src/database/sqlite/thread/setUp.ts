/** The settings of every connection, in any thread. */
import type Database from 'better-sqlite3';
import { bytesOf } from '../../../spellings';

/** Short, because retries wait for the writer. This time is for locks of a moment. */
const BUSY_MILLISECONDS = 250;

export function setUp(database: Database.Database): void {
  database.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
  if (!database.readonly) {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
  }
  database.pragma('foreign_keys = ON');
  // For object ids of models whose key is bytes.
  database.function('nsync_bytes', { deterministic: true }, (spelt) => bytesOf(String(spelt)));
}

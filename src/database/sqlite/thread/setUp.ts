/** What every connection has, in whichever thread it is. */
import type Database from 'better-sqlite3';
import { bytesOf } from '../../../spellings';

/** Waiting for the writer is done by retries: this much is for those who hold it for a moment. */
const BUSY_MILLISECONDS = 250;

export function setUp(database: Database.Database): void {
  database.pragma(`busy_timeout = ${BUSY_MILLISECONDS}`);
  if (!database.readonly) {
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
  }
  database.pragma('foreign_keys = ON');
  // For ids of objects with bytes as key.
  database.function('nsync_bytes', { deterministic: true }, (spelt) => bytesOf(String(spelt)));
}

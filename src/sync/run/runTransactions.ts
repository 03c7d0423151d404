/**
 * The transactions of a run's chunks: one for the whole run (`oneTransaction.ts`), or one per chunk
 * (`chunkByChunk.ts`).
 */
import type { Knex } from 'knex';
import type { PlannedOutcome } from '../plan/operations';
import type { KeyWatch } from '../write/keyWatch';
import type { ChunkWriteContext } from '../write/writer';
import type { Begun } from './chunkStore';
import type { FatalRows } from './fatalRows';

export interface RunTransactions {
  /**
   * Runs the work in a transaction, or in a savepoint of the run's transaction. The work calls `begin` before a
   * statement that changes data or may fail.
   */
  atomically<T>(work: (trx: Knex.Transaction, begin: () => Begun) => Promise<T>): Promise<T>;
  readonly later?: ChunkWriteContext['later'];
  /** Sees what the run has written so far. */
  readonly reader: Knex;
  /**
   * The run's transaction, if rows can be loaded while others are written; null if each chunk has its own transaction.
   */
  readonly readAhead: Knex.Transaction | null;
  /** The most rows of the next chunk. Undefined: the chunk size. */
  readonly mostRows?: () => number;
  readonly fatalRows: FatalRows;
  /** Null if each chunk's own commit reports broken keys. */
  readonly keyWatch: KeyWatch | null;
  /** Notes outcomes of the current chunk. All its rows are of one source. Blocked rows are not done yet. */
  note(source: number, pass: number, planned: readonly PlannedOutcome[]): void;
  /** Writes outcomes of a chunk. In a run's own transaction it may resolve before they are written. */
  writeOutcomes(chunk: Knex.Transaction, write: (trx: Knex.Transaction) => Promise<void>): Promise<void>;
}

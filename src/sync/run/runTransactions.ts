/** The transactions that a run's chunks work in: one of the run (`oneTransaction.ts`), or each its own (`chunkByChunk.ts`). */
import type { Knex } from 'knex';
import type { PlannedOutcome } from '../plan/operations';
import type { KeyWatch } from '../write/keyWatch';
import type { Begun } from './chunkStore';
import type { FatalRows } from './fatalRows';

export interface RunTransactions {
  /** Runs the work in a transaction of its own, or in a savepoint of the run's: `begin` is called before what changes something or may fail. */
  atomically<T>(work: (trx: Knex.Transaction, begin: () => Begun) => Promise<T>): Promise<T>;
  /** Sees what the run has written so far. */
  readonly reader: Knex;
  /** The run's transaction, where rows may be loaded while others are written; null where each chunk has its own. */
  readonly readAhead: Knex.Transaction | null;
  readonly fatalRows: FatalRows;
  /** Null where each chunk's own commit tells of broken keys. */
  readonly keyWatch: KeyWatch | null;
  /** Notes outcomes of the chunk under way, whose rows are all of one source. */
  note(source: number, planned: readonly PlannedOutcome[]): void;
  /** Writes outcomes of a chunk; in a run's own transaction it may resolve before they are written. */
  writeOutcomes(chunk: Knex.Transaction, write: (trx: Knex.Transaction) => Promise<void>): Promise<void>;
}

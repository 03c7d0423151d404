/** The settings that all chunks of a source share in one pass of a run. */
import type { Model, ModelCatalog } from '../../models';
import type { RunWatcher } from '../observer';
import type { PlanOptions } from '../plan/operations';
import type { BlockedRows } from './blockedRows';
import type { Expectations, LookaheadSetting } from './expectations';
import type { FatalRowsOfPass } from './fatalRows';

/** Rows per chunk. With more rows, the database waits longer for them. With fewer, it executes more statements. */
export const CHUNK_SIZE = 1000;

export interface ChunkContext {
  readonly catalog: ModelCatalog;
  readonly model: Model;
  readonly options: PlanOptions;
  readonly chunkSize: number;
  readonly lookahead: LookaheadSetting;
  readonly watcher: RunWatcher;
  /** Expectations of the source's next rows. They are stored between runs. */
  readonly expectations: Expectations;
  /** Fatal rows of the source in this pass. */
  readonly fatalRows: FatalRowsOfPass;
  /** Rows that unique values of other objects block (R17b). */
  readonly blocked: BlockedRows;
}

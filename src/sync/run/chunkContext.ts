/** What all chunks of a source have in common, in one pass of a run. */
import type { Model, ModelCatalog } from '../../models';
import type { RunWatcher } from '../observer';
import type { PlanOptions } from '../plan/operations';
import type { BlockedRows } from './blockedRows';
import type { Expectations, LookaheadSetting } from './expectations';
import type { FatalRowsOfPass } from './fatalRows';

/** Rows that are loaded together: with more the database waits longer for them, with fewer it has more statements to do. */
export const CHUNK_SIZE = 1000;

export interface ChunkContext {
  readonly catalog: ModelCatalog;
  readonly model: Model;
  readonly options: PlanOptions;
  readonly chunkSize: number;
  readonly lookahead: LookaheadSetting;
  readonly watcher: RunWatcher;
  /** Of the source's next rows; kept from run to run. */
  readonly expectations: Expectations;
  /** Of the source in this pass. */
  readonly fatalRows: FatalRowsOfPass;
  /** Where rows wait that unique values of other objects have blocked (R17b). */
  readonly blocked: BlockedRows;
}

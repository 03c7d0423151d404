/** What a chunk needs of the database. The engine's stores write tables by SQL (`databaseStore.ts`); `test/` has one that keeps tables in memory. */
import type { Problem } from '../../problems';
import type { WorkingSet } from '../load/workingSet';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import type { Refusal } from './refusals';

export interface ChunkStore {
  /** Does a chunk's work, or nothing of it. It may do the work again after an outage. */
  atomically<T>(work: (tx: ChunkTransaction) => Promise<T>): Promise<T>;
  /** Loads the rows of a later chunk while one is planned and written; null if a chunk sees only what is committed. */
  readonly loadAhead: ((rows: readonly Instruction[]) => Promise<WorkingSet>) | null;
  /** What refuses a chunk because of its rows; null for failures that no row explains. */
  refusalOf(error: unknown): Refusal | null;
  /** The problem of the row whose operations were refused. */
  problemOf(refusal: Refusal, operations: readonly Operation[]): Promise<Problem>;
}

export interface ChunkTransaction {
  /** To be called before anything is written, or is loaded that may fail: from here on the chunk can be undone. */
  begin(): Begun;
  /** What the rows need of the database. `findConflicts`: unique values and keys that the rows would break are looked up, too. */
  load(rows: readonly Instruction[], findConflicts: boolean): Promise<WorkingSet>;
  /**
   * Writes what a plan says. `objectsKnown` is called once all ids are known, with the plan as it was carried out. True where a hook
   * changed values that later rows of the chunk may have relied on.
   */
  write(plan: Plan, basis: PlanBasis, objectsKnown: (written: Plan) => void): Promise<boolean>;
  /** Records outcomes, all or nothing with the chunk; it may resolve before they are written. */
  record(outcomes: readonly PlannedOutcome[]): Promise<void>;
}

/** What a chunk is planned on; the same for all of its parts. */
export interface PlanBasis {
  readonly workingSet: WorkingSet;
  /** What the chunk before has written since the working set was loaded. */
  readonly before: readonly Operation[];
}

/** What is sent to the database once it was `sent` comes after it, whether or not it is `done`. */
export interface Begun {
  readonly sent: Promise<void>;
  /** All that came before it is written, too. */
  readonly done: Promise<void>;
}

/** Of a chunk that needs nothing to be undone. */
export const BEGUN: Begun = { sent: Promise.resolve(), done: Promise.resolve() };

/** A row's refusal has ended the whole run's transaction; the refusal is the cause. */
export class TransactionEnded extends Error {
  constructor(readonly refusal: unknown) {
    super('a refused row has ended the transaction', { cause: refusal });
  }
}

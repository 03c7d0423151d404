/**
 * What a chunk needs from the database. The engine's store uses SQL (`databaseStore.ts`). Tests have a store that holds
 * tables in memory.
 */
import type { Problem } from '../../problems';
import type { WorkingSet } from '../load/workingSet';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import type { Refusal } from './refusals';

export interface ChunkStore {
  /** Does a chunk's work, all or nothing. It may repeat the work after an outage. */
  atomically<T>(work: (tx: ChunkTransaction) => Promise<T>): Promise<T>;
  /** Loads rows of a later chunk while one is planned and written; null if a chunk sees only committed changes. */
  readonly loadAhead: ((rows: readonly Instruction[]) => Promise<WorkingSet>) | null;
  /** The most rows of the next chunk. Undefined: the chunk size. */
  readonly mostRows?: () => number;
  /** The refusal in an error that rows have caused; null for other errors. */
  refusalOf(error: unknown): Refusal | null;
  /** The problem of the row whose operations were refused. */
  problemOf(refusal: Refusal, operations: readonly Operation[]): Promise<Problem>;
}

export interface ChunkTransaction {
  /**
   * Must be called before anything is written, or a query is sent that may fail. The chunk can be undone from here on.
   */
  begin(): Begun;
  /** Loads what the rows need. `findConflicts`: also loads the unique values and keys that the rows would violate. */
  load(rows: readonly Instruction[], findConflicts: boolean): Promise<WorkingSet>;
  /**
   * Writes the operations of a plan. `objectsKnown` is called once all ids are known, with the plan as it was carried
   * out. Returns true if a hook changed values that later rows of the chunk may rely on.
   */
  write(plan: Plan, basis: PlanBasis, objectsKnown: (written: Plan) => void): Promise<boolean>;
  /** Records outcomes in the chunk's transaction. It may resolve before they are written. */
  record(outcomes: readonly PlannedOutcome[]): Promise<void>;
}

/** The basis of a chunk's plan, the same for all its parts. */
export interface PlanBasis {
  readonly workingSet: WorkingSet;
  /** Operations that the previous chunk wrote after the working set was loaded. */
  readonly before: readonly Operation[];
}

/** The beginning of a chunk. Statements sent after `sent` are executed after it, whether or not it is `done`. */
export interface Begun {
  readonly sent: Promise<void>;
  /** Resolves when the previous chunk is written too. */
  readonly done: Promise<void>;
}

/** For a chunk that is a transaction of its own, so that nothing has to begin. */
export const BEGUN: Begun = { sent: Promise.resolve(), done: Promise.resolve() };

/** Thrown if a row's refusal has ended the transaction of the whole run. The refusal is the cause. */
export class TransactionEnded extends Error {
  constructor(readonly refusal: unknown) {
    super('a refused row has ended the transaction', { cause: refusal });
  }
}

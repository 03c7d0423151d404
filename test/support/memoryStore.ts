/** Chunks on tables in memory. The engine's loop and the planner run as they do on a database. */
import { type Problem, problem } from '../../src/problems';
import type { Model } from '../../src/models';
import { loadWorkingSet } from '../../src/sync/load/loader';
import type { WorkingSet } from '../../src/sync/load/workingSet';
import type { Plan } from '../../src/sync/plan/plan';
import type { Instruction } from '../../src/sync/read/instruction';
import {
  BEGUN,
  type Begun,
  type ChunkStore,
  type ChunkTransaction,
  type PlanBasis,
} from '../../src/sync/run/chunkStore';
import type { Refusal } from '../../src/sync/run/refusals';
import { type MemoryDatabase, Violation } from './memoryDatabase';

/** The store of one source. */
export class MemoryStore implements ChunkStore, ChunkTransaction {
  readonly loadAhead: ChunkStore['loadAhead'];

  constructor(
    private readonly memory: MemoryDatabase,
    private readonly model: Model,
    private readonly system: string,
    loadsAhead: boolean,
  ) {
    this.loadAhead = loadsAhead ? (rows) => this.load(rows, false) : null;
  }

  async atomically<T>(work: (tx: ChunkTransaction) => Promise<T>): Promise<T> {
    const before = this.memory.snapshot();
    try {
      return await work(this);
    } catch (error) {
      this.memory.restore(before);
      throw error;
    }
  }

  begin(): Begun {
    return BEGUN;
  }

  load(rows: readonly Instruction[], findConflicts: boolean): Promise<WorkingSet> {
    const { memory, model, system } = this;
    const systemIds = memory.systemIds;
    return loadWorkingSet(rows, {
      reader: memory,
      model,
      systemId: systemIds.get(system) ?? 0,
      systemIds,
      findConflicts,
    });
  }

  // Asynchronous, so that a refused row rejects the promise.
  async write(plan: Plan, _basis: PlanBasis, objectsKnown: (written: Plan) => void): Promise<boolean> {
    this.memory.carryOut(plan.operations, this.memory.systemIds.get(this.system) ?? 0);
    objectsKnown(plan);
    return false;
  }

  record(): Promise<void> {
    return Promise.resolve();
  }

  refusalOf(error: unknown): Refusal | null {
    return error instanceof Violation ? { kind: 'violation', code: error.code } : null;
  }

  problemOf({ code }: Refusal): Promise<Problem> {
    return Promise.resolve(problem(code, 'refused'));
  }
}

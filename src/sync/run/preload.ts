/** A chunk that is loaded while earlier chunks are planned and written. */
import { carryForward } from '../load/carryForward';
import type { WorkingSet } from '../load/workingSet';
import type { Operation } from '../plan/operations';
import type { Instruction } from '../read/instruction';

export class Preload {
  /** The operations of an earlier chunk; null: only the database knows the changes. */
  private written: readonly Operation[] | null = [];

  constructor(
    readonly rows: readonly Instruction[],
    private readonly loading: Promise<WorkingSet | null>,
  ) {}

  get operations(): readonly Operation[] {
    return this.written ?? [];
  }

  /** Records the operations of an earlier chunk; null if only the database knows the changes. */
  note(operations: readonly Operation[] | null): void {
    // Operations of several chunks on the same objects cannot be applied in memory.
    if (!operations || (operations.length > 0 && this.operations.length > 0)) this.written = null;
    else if (operations.length > 0 && this.written) this.written = operations;
  }

  /** The loaded data, with the operations since applied; null if it is unusable. */
  async workingSet(): Promise<WorkingSet | null> {
    const loaded = await this.loading;
    return loaded && this.written && carryForward(loaded, this.written) ? loaded : null;
  }

  /** Resolves when the load has ended. */
  async finished(): Promise<void> {
    await this.loading;
  }
}

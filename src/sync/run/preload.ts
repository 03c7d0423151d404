/** A chunk that is loaded while those before it are planned and written. */
import { carryForward } from '../load/carryForward';
import type { WorkingSet } from '../load/workingSet';
import type { Operation } from '../plan/operations';
import type { Instruction } from '../read/instruction';

export class Preload {
  /** By one of the chunks before it; null: only the database can tell what they have changed. */
  private written: readonly Operation[] | null = [];

  constructor(
    readonly rows: readonly Instruction[],
    private readonly loading: Promise<WorkingSet | null>,
  ) {}

  get operations(): readonly Operation[] {
    return this.written ?? [];
  }

  /** Notes what a chunk before it has written; null where only the database can tell. */
  note(operations: readonly Operation[] | null): void {
    // What several chunks have written to the same objects cannot be told apart.
    if (!operations || (operations.length > 0 && this.operations.length > 0)) this.written = null;
    else if (operations.length > 0 && this.written) this.written = operations;
  }

  /** What was loaded, brought up to what has been written since; null where it is of no use. */
  async workingSet(): Promise<WorkingSet | null> {
    const loaded = await this.loading;
    return loaded && this.written && carryForward(loaded, this.written) ? loaded : null;
  }

  /** Resolves when nothing of it is under way. */
  async finished(): Promise<void> {
    await this.loading;
  }
}

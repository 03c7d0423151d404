/** Loads, plans, writes and records one chunk, all or nothing. */
import { yieldAfter, yieldToEventLoop } from '../../eventLoop';
import { during } from '../observer';
import { PlanContext } from '../plan/context';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import { storedOutcomes } from '../write/stored';
import type { ChunkContext } from './chunkContext';
import type { ChunkStore, ChunkTransaction, PlanBasis } from './chunkStore';
import type { Lookahead, NextChunk } from './lookahead';
import { planInBatches } from './planInBatches';
import { isSafe } from './safeRows';
import { deleteEffects, hasSideEffects } from './sideEffects';

/** The parts in which a chunk is written, if the database would otherwise be idle while the whole chunk is planned. */
const PARTS = 2;

/** Thrown if a hook changed values that rows of the same chunk may rely on. The rows then go one by one. */
export class ChangedByHook extends Error {}

const ignore = (): void => undefined;

/** A chunk that is being planned, written and recorded. */
class Chunk {
  readonly outcomes: PlannedOutcome[] = [];
  /** Of all parts. */
  readonly operations: Operation[] = [];
  /** Whether a hook changed values that later rows may rely on. */
  changedByHook = false;
  /** The part that is being written. There is only one at a time. */
  private writing: Promise<boolean> = Promise.resolve(false);
  private readonly recording: Promise<void>[] = [];

  constructor(
    private readonly context: ChunkContext,
    private readonly tx: ChunkTransaction,
    private readonly basis: PlanBasis,
    private readonly lookahead: Lookahead,
    /**
     * True: the chunk is planned as a whole, while the database writes the previous chunk's outcomes. False: a part is
     * planned while the database writes the previous part.
     */
    private readonly isWhole: boolean,
  ) {}

  /**
   * Plans and writes rows part by part, until the working set must end. `loadNext` is called once statements are sent.
   */
  async sync(rows: readonly Instruction[], planning: PlanContext, loadNext: () => void): Promise<void> {
    const { context } = this;
    const size = this.isWhole ? rows.length : Math.ceil(rows.length / PARTS);
    for (let start = 0; start < rows.length && !planning.workingSet.mustEnd; start += size) {
      const part = rows.slice(start, start + size);
      const planned = await during(context.watcher, 'plan', part.length, () => planInBatches(part, planning));
      this.operations.push(...planned.operations);
      this.lookahead.planned(planned.operations);
      await this.partWritten();
      if (planned.operations.length > 0) this.write(planned, loadNext);
      else this.record(planned);
      if (start + size < rows.length) await yieldToEventLoop();
      if (planned.outcomes.length < part.length) break;
    }
    await this.partWritten();
    await Promise.all(this.recording);
  }

  /** Resolves when nothing is under way, even after a failure. */
  async settled(): Promise<void> {
    await this.writing.catch(ignore);
    await Promise.allSettled(this.recording);
  }

  private async partWritten(): Promise<void> {
    this.changedByHook = (await this.writing) || this.changedByHook;
  }

  private write(planned: Plan, loadNext: () => void): void {
    const begun = this.tx.begin();
    const mayWrite = this.context.lookahead === 'NONE' ? begun.done : begun.sent;
    this.writing = mayWrite.then(async () => {
      const written = during(this.context.watcher, 'write', planned.outcomes.length, () =>
        this.tx.write(planned, this.basis, (stored) => this.record(stored)),
      );
      written.catch(ignore);
      await yieldToEventLoop();
      loadNext();
      await begun.done;
      return written;
    });
    // The promise is awaited before anything else is written.
    this.writing.catch(ignore);
  }

  /** Fails a blocked row at once if too many rows are blocked. */
  private waiting(outcome: PlannedOutcome): PlannedOutcome {
    return outcome.blocked && this.context.blocked.isFull ? { ...outcome, blocked: undefined } : outcome;
  }

  /** Records the outcomes of a part. Blocked rows are tried again. */
  private record({ outcomes, operations }: Plan): void {
    const stored = storedOutcomes(outcomes, operations).map((outcome) => this.waiting(outcome));
    this.outcomes.push(...stored);
    const recording = this.tx.record(stored);
    recording.catch(ignore);
    this.recording.push(recording);
  }
}

interface ChunkOptions {
  readonly lookahead: Lookahead;
  readonly findConflicts: boolean;
  /** Called with the planned operations, so that they are known if the chunk fails. */
  readonly onPlanned: (operations: readonly Operation[]) => void;
}

/**
 * Returns the outcomes of the chunk's first rows, fewer than all if the chunk had to end early. Throws the error that
 * refuses the chunk, of which nothing is then left.
 */
export async function syncChunk(
  context: ChunkContext,
  store: ChunkStore,
  next: NextChunk,
  { lookahead, findConflicts, onPlanned }: ChunkOptions,
): Promise<readonly PlannedOutcome[]> {
  const { rows, preload } = next;
  const { model, expectations } = context;
  const isWhole = store.loadAhead !== null || context.lookahead === 'NONE';
  return store.atomically(async (tx) => {
    const preloaded = (await preload?.workingSet()) ?? null;
    if (!preloaded && !rows.every(isSafe)) await tx.begin().done;
    const workingSet = preloaded ?? (await tx.load(rows, findConflicts));
    expectations.correct(workingSet, model);
    let isNotified = false;
    const loadNext = (): void => {
      if (!isNotified) lookahead.loaded(next, preloaded !== null, workingSet.unchangedRows === rows.length);
      isNotified = true;
    };
    // The database loads the next chunk while this one is planned. With new rows, the database is still writing the
    // last chunk's outcomes, so the next chunk is loaded after this chunk's writes.
    if (!expectations.created) loadNext();
    await yieldAfter(rows.length);
    const effects = deleteEffects(context, rows);
    const before = (preloaded && preload?.operations) ?? [];
    const chunk = new Chunk(context, tx, { workingSet, before }, lookahead, isWhole);
    try {
      await chunk.sync(rows, new PlanContext(model, workingSet, context.options, effects), loadNext);
    } finally {
      onPlanned(chunk.operations);
      // Nothing of an abandoned chunk may be written after it.
      await chunk.settled();
    }
    if (chunk.changedByHook && chunk.outcomes.length > 1) throw new ChangedByHook();
    loadNext();
    lookahead.written(
      workingSet.mustEnd || hasSideEffects(context, chunk.operations, effects) ? null : chunk.operations,
    );
    return chunk.outcomes;
  });
}

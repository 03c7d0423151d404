/** One chunk, all or nothing of it: load, plan, write, record. */
import { nextTurn } from '../../nextTurn';
import { during } from '../observer';
import { PlanContext } from '../plan/context';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import { storedOutcomes } from '../write/stored';
import type { ChunkContext } from './chunkContext';
import type { ChunkStore, ChunkTransaction, PlanBasis } from './chunkStore';
import type { Lookahead, NextChunk } from './lookahead';
import { planInTurns } from './planInTurns';
import { isSafe } from './safeRows';
import { deleteEffects, hasSideEffects } from './sideEffects';

/** Parts of a chunk that are written by themselves, where the database would wait while the whole of it is planned. */
const PARTS = 2;

/** A hook changed what rows of the same chunk may have relied on: the chunk is undone and its rows go one by one. */
export class SurprisedByHook extends Error {}

const ignore = (): void => undefined;

/** A chunk that is being planned, written and recorded. */
class Chunk {
  readonly outcomes: PlannedOutcome[] = [];
  /** Of all its parts. */
  readonly operations: Operation[] = [];
  /** Whether a hook changed values that later rows may have relied on. */
  surprised = false;
  /** The part that is being written; one at a time. */
  private writing: Promise<boolean> = Promise.resolve(false);
  private readonly recording: Promise<void>[] = [];

  constructor(
    private readonly context: ChunkContext,
    private readonly tx: ChunkTransaction,
    private readonly basis: PlanBasis,
    private readonly lookahead: Lookahead,
    /** Planned as a whole, while the database keeps the last chunk's outcomes; otherwise a part is planned while the database writes the one before. */
    private readonly isWhole: boolean,
  ) {}

  /** Plans and writes rows, part by part, as far as their working set goes. `loadNext` is called when statements were sent. */
  async sync(rows: readonly Instruction[], planning: PlanContext, loadNext: () => void): Promise<void> {
    const { context } = this;
    const size = this.isWhole ? rows.length : Math.ceil(rows.length / PARTS);
    for (let start = 0; start < rows.length && !planning.workingSet.mustEnd; start += size) {
      const part = rows.slice(start, start + size);
      const planned = await during(context.watcher, 'plan', part.length, () => planInTurns(part, planning));
      this.operations.push(...planned.operations);
      this.lookahead.planned(planned.operations);
      await this.partWritten();
      if (planned.operations.length > 0) this.write(planned, loadNext);
      else this.record(planned);
      if (start + size < rows.length) await nextTurn();
      if (planned.outcomes.length < part.length) break;
    }
    await this.partWritten();
    await Promise.all(this.recording);
  }

  /** Resolves when nothing is under way, whatever became of it. */
  async settled(): Promise<void> {
    await this.writing.catch(ignore);
    await Promise.allSettled(this.recording);
  }

  private async partWritten(): Promise<void> {
    this.surprised = (await this.writing) || this.surprised;
  }

  private write(planned: Plan, loadNext: () => void): void {
    const begun = this.tx.begin();
    const mayWrite = this.context.lookahead === 'NONE' ? begun.done : begun.sent;
    this.writing = mayWrite.then(async () => {
      const written = during(this.context.watcher, 'write', planned.outcomes.length, () =>
        this.tx.write(planned, this.basis, (stored) => this.record(stored)),
      );
      written.catch(ignore);
      await nextTurn();
      loadNext();
      await begun.done;
      return written;
    });
    // It is waited for before anything else is written.
    this.writing.catch(ignore);
  }

  /** A blocked row fails at once if too many others wait. */
  private waiting(outcome: PlannedOutcome): PlannedOutcome {
    return outcome.blocked && this.context.blocked.isFull ? { ...outcome, blocked: undefined } : outcome;
  }

  /** Records the outcomes of a part, without those of blocked rows, which are tried again. */
  private record({ outcomes, operations }: Plan): void {
    const stored = storedOutcomes(outcomes, operations).map((outcome) => this.waiting(outcome));
    this.outcomes.push(...stored);
    const recording = this.tx.record(stored.filter(({ blocked }) => !blocked));
    recording.catch(ignore);
    this.recording.push(recording);
  }
}

interface ChunkOptions {
  readonly lookahead: Lookahead;
  readonly findConflicts: boolean;
  /** Told of the operations as they are planned, so that they are known if the chunk fails. */
  readonly onPlanned: (operations: readonly Operation[]) => void;
}

/** Outcomes of the chunk's first rows: fewer than all where it had to end early. Throws what refuses it, and then nothing of it is left. */
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
    expectations.foresee(workingSet, model);
    let isTold = false;
    const loadNext = (): void => {
      if (!isTold) lookahead.loaded(next, preloaded !== null, workingSet.unchangedRows === rows.length);
      isTold = true;
    };
    // While these are planned, the database looks up the next. Of new rows it still keeps the last chunk's outcomes then, and
    // these rows should not wait for the next: those are looked up behind them.
    if (!expectations.created) loadNext();
    await nextTurn();
    const effects = deleteEffects(context, rows);
    const before = (preloaded && preload?.operations) ?? [];
    const chunk = new Chunk(context, tx, { workingSet, before }, lookahead, isWhole);
    try {
      await chunk.sync(rows, new PlanContext(model, workingSet, context.options, effects), loadNext);
    } finally {
      onPlanned(chunk.operations);
      // Nothing of a chunk that is given up may be written after it.
      await chunk.settled();
    }
    if (chunk.surprised && chunk.outcomes.length > 1) throw new SurprisedByHook();
    loadNext();
    lookahead.written(
      workingSet.mustEnd || hasSideEffects(context, chunk.operations, effects) ? null : chunk.operations,
    );
    return chunk.outcomes;
  });
}

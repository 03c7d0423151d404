/**
 * Takes a source's rows through load, plan, write and record, chunk by chunk. A refused chunk is tried again in smaller
 * chunks, until the failing row is alone. If the planner ends a chunk early, the next chunk begins there.
 */
import { EndChunk } from '../load/workingObject';
import { lookedUpKeys, lookedUpTargets } from '../plan/conflicts';
import { failed } from '../plan/context';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Problem } from '../../problems';
import type { Instruction } from '../read/instruction';
import { LONGEST_KEY } from '../read/selectors';
import { ChangedByHook, syncChunk } from './chunk';
import type { ChunkContext } from './chunkContext';
import { type ChunkStore, TransactionEnded } from './chunkStore';
import { ChunkCutter } from './chunkCutter';
import { Lookahead, type NextChunk } from './lookahead';
import type { Preload } from './preload';
import { isConflict, isInConflict, mayBeFreed } from './refusals';
import { RowBuffer } from './rowBuffer';

interface Beginning {
  /** Rows are likely to be in conflict. */
  readonly findConflicts?: boolean;
  /** Data that is loaded for the first rows already. */
  readonly preload?: Preload | null;
}

/**
 * Yields outcomes in row order, chunk by chunk, and leaves blocked rows in the context (R17b). It reads all of
 * `source`, whose batches may have any size.
 */
export async function* processRows(
  context: ChunkContext,
  store: ChunkStore,
  source: AsyncIterable<readonly Instruction[]>,
  beginning: Beginning = {},
): AsyncGenerator<readonly PlannedOutcome[]> {
  const rows = new RowBuffer(source, context.chunkSize);
  const chunks = new Chunks(context, store, rows, beginning);
  try {
    await rows.readUpTo(context.chunkSize);
    const { first } = rows;
    if (rows.length > 1 && first?.key) context.expectations.begin(first.key.slice(0, LONGEST_KEY));
    // The first chunk does not wait until later rows have been read.
    chunks.lookahead.readMeanwhile();
    while (rows.length > 0) {
      const outcomes = await chunks.syncNext();
      if (outcomes.length > 0) yield outcomes;
      await rows.readUpTo(chunks.lookahead.wanted);
    }
  } finally {
    await chunks.lookahead.end();
    await rows.close();
  }
}

const failedOutcome = (instruction: Instruction, found: Problem): PlannedOutcome =>
  failed(instruction, [...instruction.problems, found]).outcome;

/** The chunks of a source, one after another. */
class Chunks {
  readonly lookahead: Lookahead;
  private readonly cutter: ChunkCutter;
  /**
   * Whether rows of the previous chunk were in conflict. Conflicts of the next chunk are then looked up before writing.
   */
  private findConflicts: boolean;

  constructor(
    private readonly context: ChunkContext,
    private readonly store: ChunkStore,
    private readonly rows: RowBuffer,
    { findConflicts = false, preload = null }: Beginning,
  ) {
    this.findConflicts = findConflicts;
    this.cutter = new ChunkCutter(context.chunkSize);
    this.lookahead = new Lookahead(context, store, rows, this.cutter, () => this.findConflicts, preload);
  }

  /** Returns the outcomes of the next rows; none if the rows must be tried again in another way. */
  async syncNext(): Promise<readonly PlannedOutcome[]> {
    const chunk = await this.lookahead.next();
    const [first] = chunk.rows;
    const known = first && this.context.fatalRows.problem(first.row.number);
    if (known) return this.fail(first, known);
    let operations: readonly Operation[] = [];
    try {
      const outcomes = await syncChunk(this.context, this.store, chunk, {
        lookahead: this.lookahead,
        findConflicts: this.findConflicts,
        onPlanned: (planned) => (operations = planned),
      });
      return this.accept(outcomes, chunk.rows);
    } catch (error) {
      this.lookahead.ended();
      await this.lookahead.discard();
      return this.refuse(chunk, operations, error);
    }
  }

  /** Returns the outcomes without those of blocked rows (R17b). */
  private accept(outcomes: readonly PlannedOutcome[], rows: readonly Instruction[]): readonly PlannedOutcome[] {
    this.rows.take(outcomes.length);
    this.lookahead.ended();
    if (outcomes.length > 1) this.context.expectations.note(outcomes);
    this.cutter.accept(outcomes.length, rows.length);
    this.findConflicts &&= outcomes.some(isInConflict);
    for (const [index, outcome] of outcomes.entries()) {
      const instruction = rows[index];
      if (outcome.blocked && instruction) this.context.blocked.add(instruction, outcome, outcome.blocked);
    }
    return outcomes.filter(({ blocked }) => !blocked);
  }

  /** Returns the outcome of a row that was refused alone, or nothing. Throws errors that no row has caused. */
  private async refuse(
    { rows, preload }: NextChunk,
    operations: readonly Operation[],
    error: unknown,
  ): Promise<readonly PlannedOutcome[]> {
    // The first row needs data that was not loaded ahead, so it is loaded again.
    if (error instanceof EndChunk && preload) return [];
    if (error instanceof ChangedByHook) {
      this.cutter.single();
      return [];
    }
    const { context, store } = this;
    const refusal = store.refusalOf(error instanceof TransactionEnded ? error.refusal : error);
    const [first] = rows;
    if (!refusal || !first) throw error;
    if (error instanceof TransactionEnded) {
      // The run starts again, with this knowledge of the rows.
      if (rows.length > 1) context.fatalRows.suspect(rows.map(({ row }) => row.number));
      else context.fatalRows.fail(first.row.number, await store.problemOf(refusal, operations));
      throw error;
    }
    // All rows in conflict are found at once. A row that is alone also gets its reason this way, so that it does not
    // depend on the chunk.
    if (this.mayFindConflicts && (rows.length === 1 || isConflict(refusal))) {
      this.findConflicts = true;
      return [];
    }
    if (this.cutter.refuse(rows.length)) return [];
    const found = await store.problemOf(refusal, operations);
    this.cutter.isolated();
    if (!mayBeFreed(refusal) || context.blocked.isFull) return this.fail(first, found);
    this.rows.take(1);
    this.lookahead.ended();
    context.blocked.add(first, failedOutcome(first, found), { object: null, holders: [] });
    return [];
  }

  private get mayFindConflicts(): boolean {
    const { model } = this.context;
    return !this.findConflicts && lookedUpKeys(model).length + lookedUpTargets(model).length > 0;
  }

  /** Fails the first waiting row. */
  private async fail(instruction: Instruction, found: Problem): Promise<readonly PlannedOutcome[]> {
    this.rows.take(1);
    this.lookahead.ended();
    const outcome = failedOutcome(instruction, found);
    await this.store.atomically((tx) => tx.record([outcome]));
    return [outcome];
  }
}

/**
 * Takes a source's rows through load, plan, write and record, a chunk at a time. What a constraint refuses is tried again in smaller chunks until
 * the row at fault stands alone; a chunk that the planner ended early goes on where it ended.
 */
import { EndChunk } from '../load/workingObject';
import { lookedUpKeys, lookedUpTargets } from '../plan/conflicts';
import { failed } from '../plan/context';
import type { Operation, PlannedOutcome } from '../plan/operations';
import type { Problem } from '../../problems';
import type { Instruction } from '../read/instruction';
import { LONGEST_KEY } from '../read/selectors';
import { SurprisedByHook, syncChunk } from './chunk';
import type { ChunkContext } from './chunkContext';
import { type ChunkStore, TransactionEnded } from './chunkStore';
import { ChunkCutter } from './chunkCutter';
import { Lookahead, type NextChunk } from './lookahead';
import { isConflict, isInConflict, mayBeFreed } from './refusals';
import { RowBuffer } from './rowBuffer';

/**
 * Yields outcomes in row order, as chunks are done; rows that are blocked are left in the context (R17b). The instructions are consumed in
 * full; `source` gives them in batches of any size. `findConflicts`: rows are likely to be in conflict.
 */
export async function* processRows(
  context: ChunkContext,
  store: ChunkStore,
  source: AsyncIterable<readonly Instruction[]>,
  findConflicts = false,
): AsyncGenerator<readonly PlannedOutcome[]> {
  const rows = new RowBuffer(source, context.chunkSize);
  const chunks = new Chunks(context, store, rows, findConflicts);
  try {
    await rows.readUpTo(context.chunkSize);
    const { first } = rows;
    if (rows.length > 1 && first?.key) context.expectations.begin(first.key.slice(0, LONGEST_KEY));
    // The first chunk need not wait until those after it have been read.
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
  /** Rows of the chunk before were in conflict with what the database holds: those of the next are looked up before they are written. */
  private findConflicts: boolean;

  constructor(
    private readonly context: ChunkContext,
    private readonly store: ChunkStore,
    private readonly rows: RowBuffer,
    findConflicts: boolean,
  ) {
    this.findConflicts = findConflicts;
    this.cutter = new ChunkCutter(context.chunkSize);
    this.lookahead = new Lookahead(context, store, rows, this.cutter, () => this.findConflicts);
  }

  /** Outcomes of the next rows that are done: none if they are to be tried again in another way. */
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
      await this.lookahead.forget();
      return this.refuse(chunk, operations, error);
    }
  }

  /** Outcomes without those of rows that wait (R17b). */
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

  /** The outcome of a row that stands alone and was refused, or none. Throws what no row explains. */
  private async refuse(
    { rows, preload }: NextChunk,
    operations: readonly Operation[],
    error: unknown,
  ): Promise<readonly PlannedOutcome[]> {
    // The first row needs what was not loaded ahead: it is loaded again.
    if (error instanceof EndChunk && preload) return [];
    if (error instanceof SurprisedByHook) {
      this.cutter.single();
      return [];
    }
    const { context, store } = this;
    const refusal = store.refusalOf(error instanceof TransactionEnded ? error.refusal : error);
    const [first] = rows;
    if (!refusal || !first) throw error;
    if (error instanceof TransactionEnded) {
      // The run starts again, and knows more of these rows then.
      if (rows.length > 1) context.fatalRows.suspect(rows.map(({ row }) => row.number));
      else context.fatalRows.fail(first.row.number, await store.problemOf(refusal, operations));
      throw error;
    }
    // All rows in conflict are found at once. A row that stands alone gets its reason from there, too, whatever its chunk was.
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

  /** The first of the rows that wait fails by itself. */
  private async fail(instruction: Instruction, found: Problem): Promise<readonly PlannedOutcome[]> {
    this.rows.take(1);
    this.lookahead.ended();
    const outcome = failedOutcome(instruction, found);
    await this.store.atomically((tx) => tx.record([outcome]));
    return [outcome];
  }
}

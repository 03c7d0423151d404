/**
 * What is done beside the chunk under way: rows are read on, and the chunks that come next are loaded. It makes a run faster, and changes
 * nothing else: whatever was loaded in vain is loaded again.
 *
 * - **Reading** goes on until enough rows wait for the chunks that may be loaded.
 * - **Loading** needs the run's own transaction, so that it sees what the chunks before have written. One chunk is loaded ahead; where nothing
 *   is written (`isQuiet`) three, so that the database need not wait for the next question.
 * - **Pausing**: after a chunk that was loaded in vain none is loaded ahead for some chunks.
 * - With the setting NONE neither happens.
 */
import { nextTurn } from '../../nextTurn';
import type { Operation } from '../plan/operations';
import type { Instruction } from '../read/instruction';
import type { ChunkContext } from './chunkContext';
import { type ChunkCutter, chunkLength } from './chunkCutter';
import type { ChunkStore } from './chunkStore';
import { Preload } from './preload';
import type { RowBuffer } from './rowBuffer';
import { isSafe } from './safeRows';

/** Chunks that are loaded ahead. */
const PRELOADS = { usual: 1, quiet: 3 };
/** Chunks to go without loading ahead where that was in vain. */
const PAUSE = 10;

/** The rows of a chunk, and what was loaded of them ahead. */
export interface NextChunk {
  readonly rows: readonly Instruction[];
  readonly preload: Preload | null;
}

export class Lookahead {
  /** Of the chunks that come next, in their order. */
  private preloads: Preload[] = [];
  /** Chunks that are not loaded ahead, after one that was so in vain. */
  private pause = 0;
  /** Nothing was written by the chunk before, or will be by the one that is under way. */
  private isQuiet = false;
  /** What is still being read is not loaded any more. */
  private isOver = false;
  /** Rows of the chunk that is under way: the first of those that wait. */
  private underWay = 0;

  constructor(
    private readonly context: ChunkContext,
    private readonly store: ChunkStore,
    private readonly rows: RowBuffer,
    private readonly cutter: ChunkCutter,
    /** Whether nothing is loaded ahead, since rows in conflict are looked up. */
    private readonly isSuspended: () => boolean,
  ) {}

  /** Rows that should be there before the next chunk begins. */
  get wanted(): number {
    return (1 + this.preloadsWanted) * this.context.chunkSize;
  }

  private get preloadsWanted(): number {
    if (this.context.lookahead === 'NONE') return 0;
    return this.context.expectations.unchanged && this.isQuiet ? PRELOADS.quiet : PRELOADS.usual;
  }

  /** The chunk that comes next; what was loaded ahead of others is forgotten. */
  async next(): Promise<NextChunk> {
    const { rows, cutter, context } = this;
    const [preload] = this.preloads;
    if (preload && preload.rows[0] === rows.first && preload.rows.length <= cutter.next) {
      this.preloads.shift();
      return this.begin({ rows: preload.rows, preload });
    }
    await this.forget();
    const size = cutter.next;
    const waiting = rows.slice(0, size);
    return this.begin({ rows: waiting.slice(0, chunkLength(waiting, size, context.fatalRows)), preload: null });
  }

  private begin(chunk: NextChunk): NextChunk {
    this.underWay = chunk.rows.length;
    return chunk;
  }

  /** The chunk under way is loaded: what it needed of the database is known. */
  loaded({ preload }: NextChunk, isPreloadUsed: boolean, isChunkQuiet: boolean): void {
    this.isQuiet ||= isChunkQuiet;
    if (preload && !isPreloadUsed) this.pause = PAUSE;
    this.readMeanwhile();
    this.loadMeanwhile();
    if (this.pause > 0) this.pause -= 1;
  }

  /** A part of the chunk under way is planned. */
  planned(operations: readonly Operation[]): void {
    // What is loaded in the midst of its statements would see some of them, and not the others.
    if (operations.length > 0) this.isQuiet = false;
  }

  /** The chunk under way is written; null where only the database can tell what has changed. */
  written(operations: readonly Operation[] | null): void {
    this.isQuiet = operations?.length === 0;
    for (const preload of this.preloads) preload.note(operations);
  }

  /** The chunk under way is over, done or not. */
  ended(): void {
    this.underWay = 0;
  }

  /** Reads on, once what is under way has been sent to the database; where that is likely to write nothing, loads at once. */
  readMeanwhile(): void {
    const { context, rows } = this;
    const isEnough = (): boolean => rows.hasFailed || rows.isEnough(context.chunkSize + this.wanted);
    const readAndLoad = async (): Promise<void> => {
      while (!isEnough()) {
        await rows.readMore();
        if (this.isOver || !context.expectations.unchanged) return;
        this.loadMeanwhile();
      }
    };
    if (context.lookahead !== 'NONE' && !isEnough()) void nextTurn().then(readAndLoad);
  }

  /** Begins to load the rows after a chunk, where the run's transaction can be read meanwhile. */
  private loadMeanwhile(): void {
    const { context, store, rows: waiting, cutter } = this;
    const { chunkSize } = context;
    if (!store.loadAhead || !cutter.isAtFullSize || this.isSuspended() || this.pause > 0) return;
    let start = this.preloads.reduce((sum, { rows }) => sum + rows.length, this.underWay);
    while (this.preloads.length < this.preloadsWanted) {
      const rest = waiting.slice(start, start + chunkSize);
      const rows = rest.slice(0, chunkLength(rest, chunkSize, context.fatalRows));
      // Of a chunk that is not read in full there is nothing to load yet.
      const isRead = waiting.isComplete || rest.length === chunkSize;
      if (rows.length === 0 || !isRead || !rows.every(isSafe)) return;
      start += rows.length;
      // What goes wrong meanwhile goes wrong again when it is their turn.
      const loading = store.loadAhead(rows).catch(() => null);
      this.preloads.push(new Preload(rows, loading));
    }
  }

  /** Waits for what is being loaded, and forgets it. */
  async forget(): Promise<void> {
    for (const preload of this.preloads) await preload.finished();
    this.preloads = [];
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.forget();
  }
}

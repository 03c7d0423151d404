/**
 * Reads and loads rows while a chunk is planned and written. This only makes a run faster: outdated data is loaded
 * again.
 *
 * - **Reading** goes on until enough rows wait for the chunks that may be loaded.
 * - **Loading** needs the run's own transaction, so that it sees the changes of earlier chunks. One chunk is loaded
 *   ahead, or three if nothing is written (`isQuiet`), so that the database is never idle.
 * - **Pausing**: after data was loaded in vain, nothing is loaded ahead for some chunks.
 * - With the setting NONE, nothing is read or loaded ahead.
 *
 * Measured 2026-11-29 (docs/internals.md): unchanged rows are 1.7 times as fast on SQLite and 1.8 times on
 * PostgreSQL, deletes 1.2 times on all databases.
 */
import { yieldToEventLoop } from '../../eventLoop';
import type { Operation } from '../plan/operations';
import type { Instruction } from '../read/instruction';
import type { ChunkContext } from './chunkContext';
import { type ChunkCutter, chunkLength } from './chunkCutter';
import type { ChunkStore } from './chunkStore';
import { Preload } from './preload';
import type { RowBuffer } from './rowBuffer';
import { isSafe } from './safeRows';

/** The number of chunks that are loaded ahead. Three instead of one: 1.17 times the rate for unchanged rows on PostgreSQL. */
const PRELOADS = { usual: 1, quiet: 3 };
/** The number of chunks without loading ahead after data was loaded in vain. */
const PAUSE = 10;

/** The rows of a chunk, with the data loaded ahead for them. */
export interface NextChunk {
  readonly rows: readonly Instruction[];
  readonly preload: Preload | null;
}

export class Lookahead {
  /** The next chunks, in order. */
  private preloads: Preload[];
  /** The number of chunks for which nothing is loaded ahead. */
  private pause = 0;
  /** Whether the previous chunk wrote nothing, or the current one is known to write nothing. */
  private isQuiet = false;
  /** Whether rows still being read are no longer to be loaded. */
  private isOver = false;
  /** The number of rows of the current chunk, which are the first in the buffer. */
  private underWay = 0;

  constructor(
    private readonly context: ChunkContext,
    private readonly store: ChunkStore,
    private readonly rows: RowBuffer,
    private readonly cutter: ChunkCutter,
    /** Whether nothing is loaded ahead, because conflicts are being looked up. */
    private readonly isSuspended: () => boolean,
    /** Data that is loaded for the first rows already; null if there is none. */
    early: Preload | null,
  ) {
    this.preloads = early ? [early] : [];
  }

  /** The number of rows to read before the next chunk begins. */
  get wanted(): number {
    return (1 + this.preloadsWanted) * this.context.chunkSize;
  }

  private get preloadsWanted(): number {
    if (this.context.lookahead === 'NONE') return 0;
    return this.context.expectations.unchanged && this.isQuiet ? PRELOADS.quiet : PRELOADS.usual;
  }

  /** The next chunk. Data loaded ahead for other rows is discarded. */
  async next(): Promise<NextChunk> {
    const { rows, cutter, context, store } = this;
    const [preload] = this.preloads;
    if (preload && preload.rows[0] === rows.first && preload.rows.length <= cutter.next) {
      this.preloads.shift();
      return this.begin({ rows: preload.rows, preload });
    }
    await this.discard();
    const size = Math.min(cutter.next, store.mostRows?.() ?? Infinity);
    const waiting = rows.slice(0, size);
    return this.begin({ rows: waiting.slice(0, chunkLength(waiting, size, context.fatalRows)), preload: null });
  }

  private begin(chunk: NextChunk): NextChunk {
    this.underWay = chunk.rows.length;
    return chunk;
  }

  /** Called when the current chunk is loaded. */
  loaded({ preload }: NextChunk, isPreloadUsed: boolean, isChunkQuiet: boolean): void {
    this.isQuiet ||= isChunkQuiet;
    if (preload && !isPreloadUsed) this.pause = PAUSE;
    this.readMeanwhile();
    this.loadMeanwhile();
    if (this.pause > 0) this.pause -= 1;
  }

  /** Called when a part of the current chunk is planned. */
  planned(operations: readonly Operation[]): void {
    // Data loaded between its statements would contain only some of them.
    if (operations.length > 0) this.isQuiet = false;
  }

  /** Called when the current chunk is written; null if only the database knows the changes. */
  written(operations: readonly Operation[] | null): void {
    this.isQuiet = operations?.length === 0;
    for (const preload of this.preloads) preload.note(operations);
  }

  /** Called when the current chunk has ended, successfully or not. */
  ended(): void {
    this.underWay = 0;
  }

  /**
   * Reads ahead after the current statements are sent. If the next rows are likely to write nothing, also loads them.
   */
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
    if (context.lookahead !== 'NONE' && !isEnough()) void yieldToEventLoop().then(readAndLoad);
  }

  /** Begins to load the rows after the current chunk, if the run's transaction can be read meanwhile. */
  private loadMeanwhile(): void {
    const { context, store, rows: waiting, cutter } = this;
    const { chunkSize } = context;
    if (!store.loadAhead || !cutter.isAtFullSize || this.isSuspended() || this.pause > 0) return;
    let start = this.preloads.reduce((sum, { rows }) => sum + rows.length, this.underWay);
    while (this.preloads.length < this.preloadsWanted) {
      const rest = waiting.slice(start, start + chunkSize);
      const rows = rest.slice(0, chunkLength(rest, chunkSize, context.fatalRows));
      // A chunk is loaded only when all its rows are read.
      const isRead = waiting.isComplete || rest.length === chunkSize;
      if (rows.length === 0 || !isRead || !rows.every(isSafe)) return;
      start += rows.length;
      // An error here occurs again when the chunk itself is loaded.
      const loading = store.loadAhead(rows).catch(() => null);
      this.preloads.push(new Preload(rows, loading));
    }
  }

  /** Waits for pending loads, and discards them. */
  async discard(): Promise<void> {
    for (const preload of this.preloads) await preload.finished();
    this.preloads = [];
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.discard();
  }
}

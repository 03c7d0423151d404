/** The chunks of a run that is one transaction, each in a savepoint. */
import type { Knex } from 'knex';
import { allDone } from '../../allDone';
import type { Dialect } from '../../database';
import { type Begun, TransactionEnded } from './chunkStore';

type Write = (trx: Knex.Transaction) => Promise<void>;

const ignore = (): void => undefined;

/** Lets a chunk be read, planned and sent while the database still writes the previous one. */
export class ChunkSavepoints {
  /** The writes that are still pending between two chunks. */
  private between: Promise<unknown> = Promise.resolve();
  private alongside: Promise<void>[] = [];

  constructor(
    private readonly trx: Knex.Transaction,
    private readonly dialect: Dialect,
  ) {}

  /** Does a chunk's work, all or nothing. The work calls `begin` before it writes, or sends a query that may fail. */
  async atomically<T>(work: (trx: Knex.Transaction, begin: () => Begun) => Promise<T>): Promise<T> {
    const { trx, dialect } = this;
    let begun: Begun | undefined;
    const begin = (): Begun => (begun ??= this.begin());
    this.alongside = [];
    try {
      const result = await work(trx, begin);
      this.end(begun);
      return result;
    } catch (error) {
      // Nothing of the chunk may be written after it is undone.
      await Promise.allSettled(this.alongside);
      // An error that ends the call undoes the whole transaction, which the database may have ended already.
      const failure = dialect.explainFailure(error);
      if (!begun || (failure && failure.kind !== 'violation')) throw error;
      await begun.done;
      await this.undo(error);
      this.alongside = [];
      this.end(begun);
      throw error;
    }
  }

  /** Throws TransactionEnded if the savepoint no longer exists. */
  private async undo(refusal: unknown): Promise<void> {
    try {
      await this.trx.raw('ROLLBACK TO SAVEPOINT nsync_chunk');
    } catch (error) {
      if (this.dialect.explainFailure(error)?.kind === 'transactionEnded') throw new TransactionEnded(refusal);
      throw error;
    }
  }

  private begin(): Begun {
    let setSent: () => void = ignore;
    // knex passes a statement to the driver in the same tick in which it emits `query`.
    const sent = new Promise<void>((resolve) => (setSent = resolve));
    // Pending writes of the previous chunk must precede this savepoint. Otherwise a refused row would undo or abort
    // them.
    const done = this.between.then(() => this.trx.raw('SAVEPOINT nsync_chunk').once('query', setSent)).then(ignore);
    const begun = { sent: Promise.race([sent, done]), done };
    // Callers that do not await one of these promises await the chunk.
    begun.sent.catch(ignore);
    begun.done.catch(ignore);
    return begun;
  }

  /** A chunk that has written nothing has no savepoint. */
  private end(begun: Begun | undefined): void {
    // Sent at once, because the next chunk may be busy planning when the database is done.
    const isReleased = begun && this.dialect.savepointsNest;
    const released = isReleased ? [this.trx.raw('RELEASE SAVEPOINT nsync_chunk').then(ignore)] : [];
    this.between = allDone([this.between, ...(begun ? [begun.done] : []), ...this.alongside, ...released]);
    this.between.catch(ignore);
  }

  /** Starts a write that belongs to the chunk. The chunk does not wait for it, but everything after the chunk does. */
  writeAlongside(write: Write): void {
    const writing = write(this.trx);
    writing.catch(ignore);
    this.alongside.push(writing);
  }

  /** Resolves when everything has been written. */
  async finished(): Promise<void> {
    await this.between;
  }

  /** Resolves when nothing more will be written, successfully or not. The transaction must not end before. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.between, ...this.alongside]);
  }
}

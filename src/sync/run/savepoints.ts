/** The chunks of a run that is one transaction, each in a savepoint. */
import type { Knex } from 'knex';
import type { Dialect } from '../../database';
import { type Begun, TransactionEnded } from './chunkStore';

type Write = (trx: Knex.Transaction) => Promise<void>;

const ignore = (): void => undefined;

/** Resolves when all is done. Of several failures the first of the list counts: those after it are what it has led to. */
async function allDone(work: readonly Promise<unknown>[]): Promise<void> {
  const failure = (await Promise.allSettled(work)).find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

/** A chunk is read, planned and sent while the database still keeps what the one before has left. */
export class ChunkSavepoints {
  /** What is being written between two chunks. */
  private between: Promise<unknown> = Promise.resolve();
  private alongside: Promise<void>[] = [];

  constructor(
    private readonly trx: Knex.Transaction,
    private readonly dialect: Dialect,
  ) {}

  /** Does a chunk's work, or nothing of it; it begins before it writes, or reads what may fail. */
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
      // Nothing of it may be written once it is undone.
      await Promise.allSettled(this.alongside);
      // What ends the call undoes the whole transaction, which the database may have ended already.
      const failure = dialect.explainFailure(error);
      if (!begun || (failure && failure.kind !== 'violation')) throw error;
      await begun.done;
      await this.undo(error);
      this.alongside = [];
      this.end(begun);
      throw error;
    }
  }

  /** Throws TransactionEnded where there is nothing left to go back to. */
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
    // knex hands a statement to the driver in the turn in which it emits `query`.
    const sent = new Promise<void>((resolve) => (setSent = resolve));
    // What the chunk before still writes must not end up behind this savepoint: a refused row would undo it, or abort it.
    const done = this.between.then(() => this.trx.raw('SAVEPOINT nsync_chunk').once('query', setSent)).then(ignore);
    const begun = { sent: Promise.race([sent, done]), done };
    // Whoever does not wait for one of them waits for the chunk.
    begun.sent.catch(ignore);
    begun.done.catch(ignore);
    return begun;
  }

  /** A chunk that has written nothing has no savepoint either. */
  private end(begun: Begun | undefined): void {
    // Sent at once: when the database has done the rest, the next chunk may be busy planning.
    const isReleased = begun && this.dialect.savepointsNest;
    const released = isReleased ? [this.trx.raw('RELEASE SAVEPOINT nsync_chunk').then(ignore)] : [];
    this.between = allDone([this.between, ...(begun ? [begun.done] : []), ...this.alongside, ...released]);
    this.between.catch(ignore);
  }

  /** Begins to write what belongs to the chunk; the chunk does not wait until it is written, but all that follows does. */
  writeAlongside(write: Write): void {
    const writing = write(this.trx);
    writing.catch(ignore);
    this.alongside.push(writing);
  }

  /** Resolves when all has been written. */
  async finished(): Promise<void> {
    await this.between;
  }
}

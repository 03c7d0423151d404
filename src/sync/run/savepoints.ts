/** The chunks of a run that is one transaction, each in a savepoint. */
import type { Knex } from 'knex';
import type { Dialect } from '../../database';

type Write = (trx: Knex.Transaction) => Promise<void>;

/**
 * A chunk may read and plan while the database still keeps what the one before has left; only its first write waits
 * for that.
 */
export class ChunkSavepoints {
  /** What is being written between two chunks. */
  private between: Promise<void> = Promise.resolve();
  private alongside: Promise<void>[] = [];

  constructor(
    private readonly trx: Knex.Transaction,
    private readonly dialect: Dialect,
  ) {}

  /** Does a chunk's work, or nothing of it; `begin` must have resolved before it writes, or reads what may fail. */
  async atomically<T>(work: (trx: Knex.Transaction, begin: () => Promise<void>) => Promise<T>): Promise<T> {
    const { trx, dialect } = this;
    let begun: Promise<void> | undefined;
    const begin = (): Promise<void> =>
      (begun ??= this.between.then(async () => {
        await trx.raw('SAVEPOINT nsync_chunk');
      }));
    this.alongside = [];
    try {
      const result = await work(trx, begin);
      this.between = this.end(begun, this.alongside);
      this.between.catch(() => undefined);
      return result;
    } catch (error) {
      // Nothing of it may be written once it is undone.
      await Promise.allSettled(this.alongside);
      // A deadlock or a lost connection has ended the whole transaction.
      if (!begun || dialect.explainFailure(error)?.kind === 'transient') throw error;
      await begun;
      await trx.raw('ROLLBACK TO SAVEPOINT nsync_chunk');
      await (this.between = this.end(begun, []));
      throw error;
    }
  }

  /** A chunk that has written nothing has no savepoint either. */
  private async end(begun: Promise<void> | undefined, alongside: readonly Promise<void>[]): Promise<void> {
    const { trx, between } = this;
    await (begun ?? between);
    // Sent at once: when the database has done the rest, the next chunk may be busy planning.
    const released = begun && trx.raw('RELEASE SAVEPOINT nsync_chunk').then(() => undefined);
    await Promise.all([...alongside, released]);
  }

  /** Begins to write what belongs to the chunk; the chunk does not wait until it is written, but all that follows does. */
  writeAlongside(write: Write): void {
    const writing = write(this.trx);
    writing.catch(() => undefined);
    this.alongside.push(writing);
  }

  /** Resolves when all has been written. */
  async finished(): Promise<void> {
    await this.between;
  }
}

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
  private afterwards: Write[] = [];

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
    this.afterwards = [];
    try {
      const result = await work(trx, begin);
      this.between = this.end(begun, this.afterwards);
      this.between.catch(() => undefined);
      return result;
    } catch (error) {
      // A deadlock or a lost connection has ended the whole transaction.
      if (!begun || dialect.explainFailure(error)?.kind === 'transient') throw error;
      await begun;
      await trx.raw('ROLLBACK TO SAVEPOINT nsync_chunk');
      await (this.between = this.end(begun, []));
      throw error;
    }
  }

  /** A chunk that has written nothing has no savepoint either. */
  private async end(begun: Promise<void> | undefined, afterwards: readonly Write[]): Promise<void> {
    const { trx, between } = this;
    await (begun ?? between);
    // What takes longest is sent first: when the database answers, the next chunk may be busy planning.
    const sent = afterwards.map((write) => write(trx));
    if (begun) sent.push(trx.raw('RELEASE SAVEPOINT nsync_chunk').then(() => undefined));
    await Promise.all(sent);
  }

  /** Writes once the chunk is done, while the next one is read and planned. */
  afterChunk(write: Write): void {
    this.afterwards.push(write);
  }

  /** Resolves when all has been written. */
  async finished(): Promise<void> {
    await this.between;
  }
}

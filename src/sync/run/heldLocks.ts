/** The locks of a run whose chunks are transactions of their own (R44). */
import type { Knex } from 'knex';
import { beginTransaction, type Database, retrying } from '../../database';
import { lockModels } from '../../records';

/**
 * Locks on a connection of their own. If the connection is lost, so are the locks, which the run must check before it
 * commits a chunk.
 */
export class HeldLocks {
  private trx: Knex.Transaction | null = null;

  constructor(
    private readonly database: Database,
    private readonly models: readonly string[],
    /** Called with each transaction that stays idle while it holds the locks. */
    private readonly keepAlive: (trx: Knex.Transaction) => void,
  ) {}

  /** Waits until no other run works on the models, unless the locks are held already. */
  async hold(): Promise<void> {
    const { knex, dialect } = this.database;
    if (this.trx || !dialect.locksRows) return;
    this.trx = await retrying(dialect, async () => {
      const trx = await beginTransaction(knex);
      try {
        await lockModels(trx, this.models);
        return trx;
      } catch (error) {
        await end(trx);
        throw error;
      }
    });
    this.keepAlive(this.trx);
  }

  /** Throws a retryable error if the locks are lost. */
  async assertHeld(): Promise<void> {
    try {
      await this.trx?.raw('SELECT 1');
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    const { trx } = this;
    this.trx = null;
    if (trx) await end(trx);
  }
}

/** A lost connection has no transaction to end. */
async function end(trx: Knex.Transaction): Promise<void> {
  await trx.rollback().catch(() => undefined);
}

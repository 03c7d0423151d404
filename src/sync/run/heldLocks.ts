/** The locks of a run whose chunks are transactions of their own (R44). */
import type { Knex } from 'knex';
import { beginTransaction, type Database, retrying } from '../../database';
import { lockModels } from '../../records';

/** Locks on a connection of their own; one that is lost takes them with it, which the run must notice before it keeps a chunk. */
export class HeldLocks {
  private trx: Knex.Transaction | null = null;

  constructor(
    private readonly database: Database,
    private readonly models: readonly string[],
    /** Is given each transaction that will be idle for as long as the locks are held. */
    private readonly keepAlive: (trx: Knex.Transaction) => void,
  ) {}

  /** Waits until no other run works on the models, unless they are held. */
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

  /** Fails, as what may be done again, where they are held no longer. */
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

/** Of a connection that is gone there is nothing to end. */
async function end(trx: Knex.Transaction): Promise<void> {
  await trx.rollback().catch(() => undefined);
}

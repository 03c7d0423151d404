/**
 * One row per model. A run locks the rows of its models, so that runs wait for each other instead of deadlocking (R44).
 */
import type { Knex } from 'knex';
import type { Dialect, Precedence } from '../database';

const LOCKS_TABLE = 'nsync_locks';

/** Creates missing rows. Must be called outside of any run's transaction. */
export async function ensureLockRows(knex: Knex, models: readonly string[]): Promise<void> {
  const existing = new Set(await knex(LOCKS_TABLE).pluck<string[]>('model'));
  const missing = models.filter((model) => !existing.has(model));
  if (missing.length > 0)
    await knex(LOCKS_TABLE)
      .insert(missing.map((model) => ({ model })))
      .onConflict('model')
      .ignore();
}

/** Waits until no other run works on the models. The locks last until the transaction ends. */
export async function lockModels(
  trx: Knex.Transaction,
  { clusterLocks }: Dialect,
  models: readonly string[],
  precedence: Precedence | null,
): Promise<void> {
  const lock = (model: string): Promise<boolean> =>
    clusterLocks ? clusterLocks.lock(trx, model, precedence) : lockRow(trx, model);
  // Rows are locked one by one in a fixed order. Otherwise two runs could deadlock.
  for (const model of [...models].sort())
    if (!(await lock(model))) {
      // The table was emptied. Creating a row also locks it.
      await ensureLockRows(trx, models);
      await lock(model);
    }
}

/** Returns false if the model has no row to lock. */
async function lockRow(trx: Knex.Transaction, model: string): Promise<boolean> {
  const rows = (await trx(LOCKS_TABLE).where({ model }).forUpdate().select('model')) as unknown[];
  return rows.length > 0;
}

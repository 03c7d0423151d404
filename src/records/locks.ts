/** One row a model, locked by the run that works on it, so that runs queue up instead of deadlocking (R44). */
import type { Knex } from 'knex';

const LOCKS_TABLE = 'nsync_locks';

/** Makes the rows that are missing; outside of any run's transaction. */
export async function ensureLockRows(knex: Knex, models: readonly string[]): Promise<void> {
  const existing = new Set(await knex(LOCKS_TABLE).pluck<string[]>('model'));
  const missing = models.filter((model) => !existing.has(model));
  if (missing.length > 0)
    await knex(LOCKS_TABLE)
      .insert(missing.map((model) => ({ model })))
      .onConflict('model')
      .ignore();
}

/** Waits until no other run works on the models; held until the transaction ends. */
export async function lockModels(trx: Knex.Transaction, models: readonly string[]): Promise<void> {
  if (await lockRows(trx, models)) return;
  // Someone has emptied the table; a row that is made here is locked by that.
  await ensureLockRows(trx, models);
  await lockRows(trx, models);
}

/** False where a model has no row to lock. */
async function lockRows(trx: Knex.Transaction, models: readonly string[]): Promise<boolean> {
  // One after another in one order, or two runs could wait for each other.
  for (const model of [...models].sort()) {
    const rows = (await trx(LOCKS_TABLE).where({ model }).forUpdate().select('model')) as unknown[];
    if (rows.length === 0) return false;
  }
  return true;
}

/**
 * One row per model. A run locks the rows of its models, so that runs wait for each other instead of deadlocking (R44).
 */
import type { Knex } from 'knex';
import { allDone } from '../allDone';
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

/**
 * Waits until no other run works on the models. The locks last until the transaction ends. `read` reads what may change until the locks are held. Where
 * statements can be sent together, it is asked at once, because the database answers in order.
 */
export async function lockModels<T extends object>(
  trx: Knex.Transaction,
  { clusterLocks }: Dialect,
  models: readonly string[],
  precedence: Precedence | null,
  read: () => Promise<T>,
): Promise<T> {
  // Rows are locked one by one in a fixed order. Otherwise two runs could deadlock.
  const sorted = [...models].sort();
  const lock = clusterLocks
    ? (): Promise<boolean> => lockInCluster(trx, clusterLocks, sorted, precedence)
    : (): Promise<boolean> => lockRows(trx, sorted);
  const [areLocked, found] = await allDone([lock(), clusterLocks ? null : read()] as const);
  if (areLocked) return found ?? read();
  // The table was emptied. Creating a row also locks it.
  await ensureLockRows(trx, models);
  await lock();
  return read();
}

/** Returns false if a model has no row to lock. */
async function lockInCluster(
  trx: Knex.Transaction,
  locks: NonNullable<Dialect['clusterLocks']>,
  models: readonly string[],
  precedence: Precedence | null,
): Promise<boolean> {
  for (const model of models) if (!(await locks.lock(trx, model, precedence))) return false;
  return true;
}

/** Returns false if a model has no row to lock. */
async function lockRows(trx: Knex.Transaction, models: readonly string[]): Promise<boolean> {
  // The statements are sent together.
  const found = await allDone(models.map((model) => trx(LOCKS_TABLE).where({ model }).forUpdate().select('model')));
  return found.every((rows) => (rows as unknown[]).length > 0);
}

/**
 * One row per model. A run locks the rows of its models, so that runs wait for each other instead of deadlocking (R44).
 */
import type { Knex } from 'knex';
import { allDone } from '../allDone';
import type { Dialect, Precedence } from '../database';
import { selectFrom } from './tables';

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
  dialect: Dialect,
  models: readonly string[],
  precedence: Precedence | null,
  read: () => Promise<T>,
): Promise<T> {
  // Rows are locked one by one in a fixed order. Otherwise two runs could deadlock.
  const sorted = [...models].sort();
  const { clusterLocks } = dialect;
  const lockOne = clusterLocks
    ? (model: string): Promise<boolean> => clusterLocks.lock(trx, model, precedence)
    : (model: string): Promise<boolean> => lockRow(trx, dialect, model);
  // The statements are sent together.
  const lock = async (): Promise<boolean> => (await allDone(sorted.map(lockOne))).every(Boolean);
  const [areLocked, found] = await allDone([lock(), read()] as const);
  if (areLocked) return found;
  // The table was emptied. Creating a row also locks it.
  await ensureLockRows(trx, models);
  await lock();
  return read();
}

/** Returns false if the model has no row to lock. */
async function lockRow(trx: Knex.Transaction, dialect: Dialect, model: string): Promise<boolean> {
  const lock = `${selectFrom(dialect, LOCKS_TABLE, ['model'])} WHERE model = ?${dialect.locksRows ? ' FOR UPDATE' : ''}`;
  return (await dialect.queryOf(trx)(lock, [model])).length > 0;
}

/** Again, after a deadlock or a lost connection (R44). */
import type { Knex } from 'knex';
import type { Dialect } from './dialect';
import type { Database } from './open';

const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 50;

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs the work until it succeeds, fails for another reason, or has been tried often enough. */
export async function retrying<T>(dialect: Dialect, work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= ATTEMPTS || dialect.explainFailure(error)?.kind !== 'transient') throw error;
      // Apart by chance, so that two that collided do not collide again.
      await pause(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

/** Begins a transaction that whoever asked for it must end. */
export async function beginTransaction(knex: Knex): Promise<Knex.Transaction> {
  const trx = await knex.transaction();
  // Where the connection is lost while it begins, knex gives one that has ended already.
  if (trx.isCompleted()) await trx.executionPromise;
  return trx;
}

/**
 * Runs a transaction until it is known to be committed. Where the connection goes away during the commit, `isCommitted`
 * tells whether the work is in the database.
 */
export async function committing<T>(
  { knex, dialect }: Database,
  work: (trx: Knex.Transaction) => Promise<T>,
  isCommitted: (value: T) => Promise<boolean>,
): Promise<T> {
  return retrying(dialect, async () => {
    let done: { readonly value: T } | undefined;
    try {
      await knex.transaction(async (trx) => {
        done = { value: await work(trx) };
      });
    } catch (error) {
      if (!done || dialect.explainFailure(error)?.kind !== 'transient') throw error;
      const { value } = done;
      if (!(await retrying(dialect, () => isCommitted(value)))) throw error;
    }
    if (!done) throw new Error('a transaction ended without a result');
    return done.value;
  });
}

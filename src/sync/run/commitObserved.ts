/** A transaction of a run: to wait for its connection, and to commit it, are steps of the run. */
import type { Knex } from 'knex';
import { committing, type Database } from '../../database';
import type { RunWatcher } from '../observer';

/** Runs a transaction as `committing` does. */
export function commitObserved<T>(
  database: Database,
  watcher: RunWatcher,
  work: (trx: Knex.Transaction) => Promise<T>,
  isCommitted: (value: T) => Promise<boolean>,
): Promise<T> {
  let end = watcher.step('wait', null);
  const observed = async (trx: Knex.Transaction): Promise<T> => {
    end();
    const value = await work(trx);
    end = watcher.step('commit', null);
    return value;
  };
  return committing(database, observed, isCommitted).finally(() => end());
}

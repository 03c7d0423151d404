/** A transaction of a run, with its wait for a connection and its commit as steps of the run. */
import type { Knex } from 'knex';
import { committing, type Database } from '../../database';
import type { RunWatcher } from '../observer';

/** Runs a transaction like `committing`. */
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

/** The database in which runs record their progress. */
import type { Knex } from 'knex';
import { createProgressTable } from '../../migrations/20261128000000_true_records';
import type { Database } from './database';
import { retrying } from './retry';

const ready = new WeakMap<Database, Promise<void>>();

/** Creates the table in the file beside the database when it is first needed. If two processes create it at once, one finds that it exists. */
async function ensureTable({ monitor }: Database): Promise<void> {
  const exists = (): Promise<boolean> => monitor.schema.hasTable('nsync_run_progress');
  if (await exists()) return;
  try {
    await createProgressTable(monitor);
  } catch (error) {
    if (!(await exists())) throw error;
  }
}

/** The monitor; null if no run has created its table yet. Creates nothing. */
export async function existingMonitor({ dialect, monitor }: Database): Promise<Knex | null> {
  try {
    return (await monitor.schema.hasTable('nsync_run_progress')) ? monitor : null;
  } catch (error) {
    const failure = dialect.explainFailure(error);
    // The first run creates the file beside the database.
    if (dialect.connectMonitor && failure?.kind === 'outage' && failure.outage === 'refused') return null;
    throw error;
  }
}

/** The monitor, with its table. */
export async function monitorOf(database: Database): Promise<Knex> {
  const { dialect, monitor } = database;
  if (dialect.connectMonitor) {
    const making = ready.get(database) ?? retrying(dialect, () => ensureTable(database));
    ready.set(database, making);
    making.catch(() => ready.delete(database));
    await making;
  }
  return monitor;
}

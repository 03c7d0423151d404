/** The database in which runs report their progress. */
import type { Knex } from 'knex';
import { createProgressTable } from '../../migrations/20261128000000_true_records';
import type { Database } from './database';
import { retrying } from './retry';

const ready = new WeakMap<Database, Promise<void>>();

/** A file beside the database has the table once somebody needs it; two that make it at once find it made. */
async function ensureTable({ monitor }: Database): Promise<void> {
  const exists = (): Promise<boolean> => monitor.schema.hasTable('nsync_run_progress');
  if (await exists()) return;
  try {
    await createProgressTable(monitor);
  } catch (error) {
    if (!(await exists())) throw error;
  }
}

/** The monitor, if its table exists; null if no run has needed it yet. Creates nothing. */
export async function existingMonitor({ dialect, monitor }: Database): Promise<Knex | null> {
  try {
    return (await monitor.schema.hasTable('nsync_run_progress')) ? monitor : null;
  } catch (error) {
    const failure = dialect.explainFailure(error);
    // A file beside the database, which the first run creates.
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

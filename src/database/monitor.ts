/** The database in which runs report their progress. */
import type { Knex } from 'knex';
import { createProgressTable } from '../../migrations/20261128000000_true_records';
import type { Database } from './open';
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

/** Metrics of the database: connections, retries, and the sizes of nsync's own tables. */
import { Counter, Gauge, type Registry } from 'prom-client';
import { type Database, OUTAGES, type Outage, onRetry, ownSizes, poolsOf } from '../../database';
import type { ReadinessCheck } from '../readiness';
import { backlogMetrics } from './backlogMetrics';
import { Remembered } from './remembered';

/** The least milliseconds between two reads of the database's statistics. */
const BETWEEN_READS = 60_000;

function sizeMetrics(registry: Registry, database: Database): void {
  const sizes = new Remembered(() => ownSizes(database), BETWEEN_READS);
  const registers = [registry];
  const labelNames = ['table'];
  new Gauge({
    name: 'nsync_table_rows',
    help: "Rows of nsync's own tables, as the database estimates them.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { table, rows } of sizes.latest?.tables ?? []) if (rows !== null) this.set({ table }, rows);
    },
  });
  new Gauge({
    name: 'nsync_table_bytes',
    help: "Bytes of nsync's own tables with their indexes, as the database estimates them. SQLite has no estimate.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { table, bytes } of sizes.latest?.tables ?? []) if (bytes !== null) this.set({ table }, bytes);
    },
  });
  new Gauge({
    name: 'nsync_sqlite_file_bytes',
    help: 'Bytes of the SQLite file.',
    labelNames: ['file'],
    registers,
    collect() {
      const bytes = sizes.latest?.fileBytes ?? null;
      if (bytes !== null) this.set({ file: 'database' }, bytes);
    },
  });
}

function poolMetrics(registry: Registry, database: Database): void {
  const registers = [registry];
  const most = new Gauge({
    name: 'nsync_database_connections_max',
    help: 'The most connections that each pool opens.',
    labelNames: ['pool'],
    registers,
  });
  for (const { pool, most: connections } of poolsOf(database)) most.set({ pool }, connections);
  new Gauge({
    name: 'nsync_database_connections',
    help: 'Open connections of each pool.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const { pool, used, free } of poolsOf(database)) {
        this.set({ pool, state: 'used' }, used);
        this.set({ pool, state: 'free' }, free);
      }
    },
  });
  new Gauge({
    name: 'nsync_database_connections_pending',
    help: 'Callers that wait for a connection of each pool.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const { pool, pending } of poolsOf(database)) this.set({ pool }, pending);
    },
  });
}

/** Registers the metrics of a database. The returned function stops counting. */
export function databaseMetrics(registry: Registry, database: Database, isReady: ReadinessCheck): () => void {
  sizeMetrics(registry, database);
  poolMetrics(registry, database);
  backlogMetrics(registry, database);
  new Gauge({
    name: 'nsync_ready',
    help: 'Whether /ready reports ok: 1 or 0.',
    registers: [registry],
    async collect() {
      this.set((await isReady()) === 'ok' ? 1 : 0);
    },
  });
  const retries = new Counter({
    name: 'nsync_database_retries_total',
    help: 'Work that was repeated in this process after a failure of the database, by the reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of Object.keys(OUTAGES) as Outage[])
    if (OUTAGES[reason].patienceSeconds > 0) retries.inc({ reason }, 0);
  return onRetry((reason) => retries.inc({ reason }));
}

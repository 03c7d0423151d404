/** Metrics of what waits in the database: queued runs and deliveries to webhooks. Every server on a database reports the same. */
import { Gauge, type Registry } from 'prom-client';
import type { Database } from '../../database';
import { type Backlog, readBacklog } from '../../records';
import { Remembered } from './remembered';

/** The least milliseconds between two reads. */
const BETWEEN_READS = 10_000;

export function backlogMetrics(registry: Registry, database: Database): void {
  const backlog = new Remembered(() => readBacklog(database), BETWEEN_READS);
  const report = (name: string, help: string, valueOf: (backlog: Backlog) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const { latest } = backlog;
        this.reset();
        if (latest) this.set(valueOf(latest));
      },
    });
  };
  report('nsync_queued_runs', 'Runs that wait for a worker.', ({ queued }) => queued.count);
  report(
    'nsync_queued_run_longest_wait_seconds',
    'How long the oldest queued run has been waiting for a worker.',
    ({ queued }) => queued.longestSeconds,
  );
  report(
    'nsync_webhook_deliveries_pending',
    'Deliveries that no receiver has accepted yet.',
    ({ pending }) => pending.count,
  );
  report(
    'nsync_webhook_deliveries_failed',
    'Deliveries that are not sent any more, until they are removed.',
    ({ failed }) => failed,
  );
  report(
    'nsync_webhook_delivery_longest_wait_seconds',
    'How long the oldest pending delivery has been waiting.',
    ({ pending }) => pending.longestSeconds,
  );
}

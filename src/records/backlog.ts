/** What waits in the database for a process: queued runs, and deliveries to webhooks. */
import type { Knex } from 'knex';
import type { Database } from '../database';
import type { DeliveryStatus } from './deliveries';
import { JOBS_TABLE } from './runJobs';
import { RUNS_TABLE } from './runs';
import { DELIVERIES_TABLE } from './webhooks';

interface Waiting {
  readonly count: number;
  /** For how many seconds the oldest has waited, by the database's clock; 0 if none waits. */
  readonly longestSeconds: number;
}

export interface Backlog {
  /** Runs that wait for a worker. */
  readonly queued: Waiting;
  /** Deliveries that were not accepted yet. */
  readonly pending: Waiting;
  /** The number of deliveries that are not sent any more. */
  readonly failed: number;
}

async function waiting(query: Knex.QueryBuilder, since: Knex.Raw): Promise<Waiting> {
  const row = (await query.count({ count: '*' }).max({ seconds: since }).first()) as {
    count: number | string;
    seconds: number | string | null;
  };
  return { count: Number(row.count), longestSeconds: Math.max(0, Number(row.seconds ?? 0)) };
}

export async function readBacklog({ reader, dialect }: Database): Promise<Backlog> {
  const secondsSince = (column: string): Knex.Raw => reader.raw(dialect.secondsSince(column));
  const deliveries = (status: DeliveryStatus): Knex.QueryBuilder => reader(DELIVERIES_TABLE).where({ status });
  const queuedRuns = reader(RUNS_TABLE).join(JOBS_TABLE, 'run_id', 'id').where({ status: 'QUEUED' });
  const [queued, pending, failed] = await Promise.all([
    waiting(queuedRuns, secondsSince('started_at')),
    waiting(deliveries('PENDING'), secondsSince('created_at')),
    deliveries('FAILED').count({ count: '*' }).first() as Promise<{ count: number | string }>,
  ]);
  return { queued, pending, failed: Number(failed.count) };
}

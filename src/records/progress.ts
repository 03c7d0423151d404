/** The progress of runs, stored outside of their transactions. Other processes read it, and ask runs to stop (R47). */
import type { Knex } from 'knex';
import { type Database, type Dialect, monitorOf, retrying } from '../database';
import { pointInTime } from './reading';
import { JOBS_TABLE } from './runJobs';
import { returnRun } from './runQueue';
import { noCounts, type RunCounts, RUNS_TABLE, type RunStatus } from './runs';
import { TIMESTAMP } from './tables';

export type RunPhase = 'WAITING' | 'READING' | 'SYNCING' | 'COMMITTING';

export interface RunProgressRecord {
  readonly phase: RunPhase;
  readonly rowsDone: number;
  /** Null if unknown. */
  readonly rowsTotal: number | null;
  readonly rowsPerSecond: number | null;
}

/** The reported state of a run. */
export interface RunReport {
  readonly progress: RunProgressRecord;
  /** By source: the counts of its rows so far. */
  readonly counts: readonly RunCounts[];
}

/** A run of this process, whose state is newer than the stored one. */
export interface LiveRun {
  report(): RunReport;
  /** Stops the run between two chunks. */
  cancel(): void;
}

/** The runs of this process that are under way. */
export interface LiveRuns {
  find(id: string): LiveRun | undefined;
}

const PROGRESS_TABLE = 'nsync_run_progress';

/** The report of a run that has not reported yet. */
export const NOT_REPORTED: RunReport = {
  progress: { phase: 'WAITING', rowsDone: 0, rowsTotal: null, rowsPerSecond: null },
  counts: [],
};

type Run = { readonly id: string; readonly attempt: number };

const columnsOf = ({ progress, counts }: RunReport): Record<string, unknown> => ({
  phase: progress.phase,
  rows_done: progress.rowsDone,
  rows_total: progress.rowsTotal,
  rows_per_second: progress.rowsPerSecond,
  counts: JSON.stringify(counts),
});

/** Reports for the first time. Earlier requests to stop the run stay. */
export async function beginReporting(database: Database, { id, attempt }: Run, report: RunReport): Promise<void> {
  const monitor = await monitorOf(database);
  const values = { attempt, heartbeat_at: monitor.raw(database.dialect.clock), ...columnsOf(report) };
  await monitor(PROGRESS_TABLE)
    .insert({ run_id: id, ...values })
    .onConflict('run_id')
    .merge(Object.keys(values));
}

/** Reports again. Returns false if the run no longer belongs to this process. */
export async function reportAgain(database: Database, { id, attempt }: Run, report: RunReport): Promise<boolean> {
  const monitor = await monitorOf(database);
  const reported = await monitor(PROGRESS_TABLE)
    .where({ run_id: id, attempt })
    .update({ heartbeat_at: monitor.raw(database.dialect.clock), ...columnsOf(report) });
  return reported > 0;
}

/** Whether a caller has asked the run to stop. */
export async function isCancelRequested(database: Database, id: string): Promise<boolean> {
  const monitor = await monitorOf(database);
  const row = (await monitor(PROGRESS_TABLE).where({ run_id: id }).first('cancel_requested')) as
    { cancel_requested: boolean | number } | undefined;
  return Boolean(row?.cancel_requested);
}

/** Asks a run of another process to stop. The process checks about once per second. */
export async function requestCancel(database: Database, { id, attempt }: Run): Promise<void> {
  const monitor = await monitorOf(database);
  await retrying(database.dialect, () =>
    monitor(PROGRESS_TABLE)
      .insert({ run_id: id, attempt, cancel_requested: true, ...columnsOf(NOT_REPORTED) })
      .onConflict('run_id')
      .merge(['cancel_requested']),
  );
}

/** Removes the report of a run. `attempt` undefined: whichever process has written it. */
export async function endReporting(database: Database, { id, attempt }: Partial<Run> & Pick<Run, 'id'>): Promise<void> {
  const monitor = await monitorOf(database);
  await monitor(PROGRESS_TABLE)
    .where({ run_id: id, ...(attempt === undefined ? {} : { attempt }) })
    .delete();
}

interface ProgressRow {
  run_id: string | number;
  phase: RunPhase;
  rows_done: number;
  rows_total: number | null;
  rows_per_second: number | null;
  counts: string | null;
}

/** The last reports of runs. Runs that have not reported yet are missing. */
export async function reportsOf(database: Database, ids: readonly string[]): Promise<Map<string, RunReport>> {
  if (ids.length === 0) return new Map();
  const monitor = await monitorOf(database);
  const rows = (await monitor(PROGRESS_TABLE).whereIn('run_id', ids as string[])) as ProgressRow[];
  return new Map(
    rows.map((row) => [
      String(row.run_id),
      {
        progress: {
          phase: row.phase,
          rowsDone: row.rows_done,
          rowsTotal: row.rows_total,
          rowsPerSecond: row.rows_per_second,
        },
        counts: (JSON.parse(row.counts ?? '[]') as Partial<RunCounts>[]).map((counts) => ({
          ...noCounts(),
          ...counts,
        })),
      },
    ]),
  );
}

/** A run whose process has not reported for longer than its lease: it works on the run, or was storing the call of a queued one. */
interface DeadRun extends Run {
  readonly heardAt: Date;
  /** Whether another process may work on the run. Otherwise, the run has ended. */
  readonly returns: boolean;
  readonly leaseSeconds: number;
}

interface Heartbeat {
  run_id: unknown;
  heartbeat_at: unknown;
  silence: string | number;
}

async function heartbeatsOf(monitor: Knex, dialect: Dialect, ids: readonly string[]): Promise<Map<string, Heartbeat>> {
  const heard = (await monitor(PROGRESS_TABLE)
    .whereIn('run_id', ids as string[])
    .whereNotNull('heartbeat_at')
    .select('run_id', 'heartbeat_at', {
      silence: monitor.raw(dialect.secondsSince('heartbeat_at')),
    })) as Heartbeat[];
  return new Map(heard.map((report) => [String(report.run_id), report]));
}

/**
 * Runs whose process is gone, by the database's clock. `monitorFor` returns the connection for reports; null if there
 * are none.
 */
export async function deadRuns(
  database: Database,
  monitorFor: (database: Database) => Promise<Knex | null> = monitorOf,
): Promise<DeadRun[]> {
  const { reader, dialect } = database;
  const began = 'COALESCE(heartbeat_at, started_at)';
  const running = (await reader(RUNS_TABLE)
    .leftJoin(JOBS_TABLE, `${JOBS_TABLE}.run_id`, `${RUNS_TABLE}.id`)
    .where({ status: 'RUNNING' })
    .orWhere((part) => {
      // Its call is still being stored.
      void part.where({ status: 'QUEUED', [`${JOBS_TABLE}.run_id`]: null });
    })
    .select('id', 'attempt', 'lease_seconds', 'attempts_left', {
      began: reader.raw(began),
      silence: reader.raw(dialect.secondsSince(began)),
    })) as {
    id: unknown;
    attempt: number;
    lease_seconds: number;
    attempts_left: number | null;
    began: unknown;
    silence: string | number;
  }[];
  const silent = running.filter(({ silence, lease_seconds }) => Number(silence) > lease_seconds);
  if (silent.length === 0) return [];
  const monitor = await monitorFor(database);
  const reports = monitor ? await heartbeatsOf(monitor, dialect, silent.map(({ id }) => String(id))) : new Map<string, Heartbeat>(); // prettier-ignore
  return silent.flatMap((run) => {
    const id = String(run.id);
    const report = reports.get(id);
    if (report && Number(report.silence) <= run.lease_seconds) return [];
    const heardAt = pointInTime(report?.heartbeat_at ?? run.began);
    const returns = run.attempts_left !== null && run.attempts_left > 1;
    return [{ id, attempt: run.attempt, heardAt, returns, leaseSeconds: run.lease_seconds }];
  });
}

/**
 * Takes runs away from processes that are gone. Queued runs return to the queue, unless too many processes have lost them. Other runs end as
 * INTERRUPTED, at the time of their last report. If a process was only paused, it commits nothing more. Returns the ids of runs that returned.
 */
export async function interruptDeadRuns(database: Database): Promise<readonly string[]> {
  const returned: string[] = [];
  for (const run of await deadRuns(database)) {
    const isCancelled = await isCancelRequested(database, run.id);
    await forgetReport(database, run);
    if (run.returns && !isCancelled) {
      if (await returnRun(database, run, { isFailure: true, delaySeconds: 0 })) returned.push(run.id);
    } else await interrupt(database, run, isCancelled ? 'CANCELLED' : 'INTERRUPTED');
  }
  return returned;
}

async function forgetReport(database: Database, { id, leaseSeconds }: DeadRun): Promise<void> {
  const monitor = await monitorOf(database);
  await monitor(PROGRESS_TABLE)
    .where({ run_id: id })
    .whereRaw(`(heartbeat_at IS NULL OR ${database.dialect.secondsSince('heartbeat_at')} > ?)`, [leaseSeconds])
    .delete();
}

async function interrupt(
  { knex, dialect }: Database,
  { id, attempt, heardAt }: DeadRun,
  status: Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>,
): Promise<void> {
  const ended = { status, attempt: attempt + 1, finished_at: dialect.bind(TIMESTAMP, heardAt.toISOString()) };
  await retrying(dialect, () =>
    knex(RUNS_TABLE).where({ id, attempt }).whereIn('status', ['RUNNING', 'QUEUED']).update(ended),
  );
}

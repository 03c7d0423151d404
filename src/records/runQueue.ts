/**
 * The queue of runs in the database. It decides which process carries out which run; whatever tells processes to look (a timer, Redis) only
 * saves time. Of one system and model, runs are carried out one after another, in the order of their calls.
 */
import type { Knex } from 'knex';
import { type Database, inTransaction, retrying } from '../database';
import { pointInTime } from './reading';
import {
  type Lease,
  RUNS_TABLE,
  type RunSourceRecord,
  type RunStatus,
  SOURCES_TABLE,
  type StartedRun,
  takenAway,
} from './runs';
import { releaseKey } from './idempotencyKeys';
import { JOBS_TABLE, queuedJobs, removeEndedCall } from './runJobs';
import { TIMESTAMP } from './tables';

/** Runs of the queue that one look considers, the oldest first. */
const MOST_CONSIDERED = 1000;

/** A run that a process has claimed, with what its call left. */
export interface ClaimedRun {
  readonly started: StartedRun;
  readonly committedChunks: number;
  readonly dryRun: boolean;
  readonly startedBy: string | null;
  readonly startedAt: Date;
  readonly sources: readonly RunSourceRecord[];
  readonly lease: Lease;
  /** The call as JSON. */
  readonly call: string;
}

/** A run of the queue that has not ended. */
export interface UnfinishedRun {
  readonly id: string;
  readonly isWaiting: boolean;
  /** The system whose turn it uses. */
  readonly system: string;
  readonly sources: readonly { readonly system: string; readonly model: string }[];
}

/**
 * The runs that may be claimed, in the order in which systems take turns. `runs` are in the order of their calls; `turns`: when each system had its
 * last turn. A run waits for earlier runs of its systems on its models, and for runs under way on its models.
 */
export function claimable(runs: readonly UnfinishedRun[], turns: ReadonlyMap<string, Date>): string[] {
  const busy = new Set(runs.filter(({ isWaiting }) => !isWaiting).flatMap(({ sources }) => sources.map(({ model }) => model))); // prettier-ignore
  const earlier = new Set<string>();
  const bySystem = new Map<string, string[]>();
  for (const { id, isWaiting, system, sources } of runs) {
    const names = sources.map((source) => JSON.stringify([source.system, source.model]));
    const isFree = !names.some((name) => earlier.has(name)) && !sources.some(({ model }) => busy.has(model));
    for (const name of names) earlier.add(name);
    if (isWaiting && isFree) bySystem.set(system, [...(bySystem.get(system) ?? []), id]);
  }
  const turnOf = (system: string): number => turns.get(system)?.getTime() ?? 0;
  // Systems with the same turn are in the order of their oldest runs.
  const systems = [...bySystem].sort(([one], [other]) => turnOf(one) - turnOf(other));
  return systems.flatMap(([, ids]) => ids.slice(0, 1)).concat(systems.flatMap(([, ids]) => ids.slice(1)));
}

interface QueueRow {
  run_id: unknown;
  status: RunStatus;
  job_system: string;
  system_name: string;
  model: string;
}

async function unfinishedRuns(knex: Knex): Promise<UnfinishedRun[]> {
  const rows = (await queuedJobs(knex)
    .join(SOURCES_TABLE, `${SOURCES_TABLE}.run_id`, `${JOBS_TABLE}.run_id`)
    .orderBy(`${JOBS_TABLE}.run_id`)
    .limit(MOST_CONSIDERED)
    .select({
      run_id: `${JOBS_TABLE}.run_id`,
      status: 'status',
      job_system: `${JOBS_TABLE}.system_name`,
      system_name: `${SOURCES_TABLE}.system_name`,
      model: 'model',
    })) as QueueRow[];
  const runs = new Map<string, UnfinishedRun & { sources: { system: string; model: string }[] }>();
  for (const { run_id, status, job_system: system, system_name, model } of rows) {
    const id = String(run_id);
    const known = runs.get(id) ?? { id, isWaiting: status === 'QUEUED', system, sources: [] };
    known.sources.push({ system: system_name, model });
    runs.set(id, known);
  }
  return [...runs.values()];
}

/** Ids of runs that were given back and wait for some seconds. */
async function delayedRuns({ reader, dialect }: Database): Promise<Set<string>> {
  const rows = (await queuedJobs(reader)
    .where('delay_seconds', '>', 0)
    .select(`${JOBS_TABLE}.run_id`, 'delay_seconds', {
      silence: reader.raw(dialect.secondsSince('returned_at')),
    })) as { run_id: unknown; delay_seconds: number; silence: string | number }[];
  return new Set(
    rows.filter(({ delay_seconds, silence }) => Number(silence) < delay_seconds).map(({ run_id }) => String(run_id)),
  );
}

async function lastTurns(knex: Knex, systems: readonly string[]): Promise<Map<string, Date>> {
  const rows = (await knex(JOBS_TABLE)
    .whereIn('system_name', systems as string[])
    .whereNotNull('claimed_at')
    .groupBy('system_name')
    .select('system_name')
    .max({ turn: 'claimed_at' })) as { system_name: string; turn: unknown }[];
  return new Map(rows.map(({ system_name, turn }) => [system_name, pointInTime(turn)]));
}

/** Claims the run whose turn it is; null if none waits. */
export async function claimRun(database: Database, lease: Lease): Promise<ClaimedRun | null> {
  const { reader, dialect } = database;
  const runs = await retrying(dialect, () => unfinishedRuns(reader));
  const waiting = runs.filter(({ isWaiting }) => isWaiting);
  if (waiting.length === 0) return null;
  const turns = await lastTurns(reader, [...new Set(waiting.map(({ system }) => system))]);
  const delayed = await delayedRuns(database);
  for (const id of claimable(runs, turns)) {
    if (delayed.has(id)) continue;
    const claimed = await retrying(dialect, () => claim(database, id, lease));
    if (claimed) return claimed;
  }
  return null;
}

/** Null if another process has claimed the run, or it was cancelled. */
async function claim({ knex, dialect }: Database, id: string, lease: Lease): Promise<ClaimedRun | null> {
  return inTransaction(knex, async (trx) => {
    const claimed = await trx(RUNS_TABLE)
      .where({ id, status: 'QUEUED' })
      .update({
        status: 'RUNNING',
        attempt: trx.raw('attempt + 1'),
        owner: lease.owner,
        lease_seconds: lease.seconds,
        heartbeat_at: trx.raw(dialect.clock),
      });
    if (claimed === 0) return null;
    await trx(JOBS_TABLE)
      .where({ run_id: id })
      .update({ claimed_at: trx.raw(dialect.clock) });
    return readClaimed(trx, id, lease);
  });
}

async function readClaimed(trx: Knex.Transaction, id: string, lease: Lease): Promise<ClaimedRun> {
  const run = (await trx(RUNS_TABLE)
    .join(JOBS_TABLE, `${JOBS_TABLE}.run_id`, `${RUNS_TABLE}.id`)
    .where({ id })
    .first('attempt', 'committed_chunks', 'dry_run', 'started_by', 'started_at', 'call')) as
    | {
        attempt: number;
        committed_chunks: number;
        dry_run: unknown;
        started_by: string | null;
        started_at: unknown;
        call: string;
      }
    | undefined;
  if (!run) throw takenAway(id);
  const sources = (await trx(SOURCES_TABLE)
    .where({ run_id: id })
    .orderBy('position')
    .select('id', 'system_name', 'model', 'file')) as {
    id: unknown;
    system_name: string;
    model: string;
    file: string | null;
  }[];
  return {
    started: { id, attempt: run.attempt, sourceIds: sources.map((source) => String(source.id)) },
    committedChunks: run.committed_chunks,
    dryRun: Boolean(run.dry_run),
    startedBy: run.started_by,
    startedAt: pointInTime(run.started_at),
    sources: sources.map(({ system_name, model, file }) => ({ systemName: system_name, model, file })),
    lease,
    call: run.call,
  };
}

/**
 * Gives a run back to the queue, so that another process takes it after `delaySeconds`. `isFailure`: it counts as one of the run's attempts. Returns
 * false if the run no longer belongs to this process, or has no attempts left.
 */
export async function returnRun(
  database: Database,
  { id, attempt }: Pick<StartedRun, 'id' | 'attempt'>,
  { isFailure, delaySeconds }: { readonly isFailure: boolean; readonly delaySeconds: number },
): Promise<boolean> {
  const { knex, dialect } = database;
  return retrying(dialect, () =>
    inTransaction(knex, async (trx) => {
      if (isFailure && !(await hasAttempts(trx, id))) return false;
      const returned = await trx(RUNS_TABLE)
        .where({ id, attempt, status: 'RUNNING' })
        .update({ status: 'QUEUED', attempt: attempt + 1 });
      if (returned === 0) return false;
      await trx(JOBS_TABLE)
        .where({ run_id: id })
        .update({
          returned_at: trx.raw(dialect.clock),
          delay_seconds: delaySeconds,
          ...(isFailure ? { attempts_left: trx.raw('attempts_left - 1') } : {}),
        });
      return true;
    }),
  );
}

async function hasAttempts(trx: Knex.Transaction, id: string): Promise<boolean> {
  const job = (await trx(JOBS_TABLE).where({ run_id: id }).first('attempts_left')) as
    { attempts_left: number } | undefined;
  return job !== undefined && job.attempts_left > 1;
}

/** Ends a run whose call could not be stored, and gives its idempotency key back. */
export async function withdrawRun(database: Database, { id, attempt }: StartedRun): Promise<void> {
  const { knex, dialect } = database;
  await releaseKey(knex, id);
  await knex(RUNS_TABLE)
    .where({ id, attempt, status: 'QUEUED' })
    .update({ status: 'INTERRUPTED', finished_at: dialect.bind(TIMESTAMP, new Date().toISOString()) });
  await removeEndedCall(database, id);
}

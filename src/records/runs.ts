/** Runs: one per call, with its sources, counts and problems. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Knex } from 'knex';
import { committing, type Database, type Dialect } from '../database';
import { CallError } from '../errors';
import type { Problem } from '../problems';
import { claimKeys, type KeyClaim } from './idempotencyKeys';
import type { RowOutcome } from './outcomes';
import { TIMESTAMP } from './tables';

export type RunStatus =
  'QUEUED' | 'RUNNING' | 'COMPLETED' | 'COMPLETED_WITH_FAILURES' | 'ROLLED_BACK' | 'CANCELLED' | 'INTERRUPTED';

export const COUNTS = [
  'rows',
  'created',
  'updated',
  'unchanged',
  'deleted',
  'unlinked',
  'skipped',
  'failed',
  'warnings',
] as const;
export type RunCounts = { [K in (typeof COUNTS)[number]]: number };

export const noCounts = (): RunCounts => ({
  rows: 0, created: 0, updated: 0, unchanged: 0, deleted: 0, unlinked: 0, skipped: 0, failed: 0, warnings: 0,
}); // prettier-ignore

export const COUNTED_AS: Readonly<Record<RowOutcome['status'], Lowercase<RowOutcome['status']>>> = {
  CREATED: 'created',
  UPDATED: 'updated',
  UNCHANGED: 'unchanged',
  DELETED: 'deleted',
  UNLINKED: 'unlinked',
  SKIPPED: 'skipped',
  FAILED: 'failed',
};

/** Counts a row, its warnings, and the other objects that it deleted (R10). */
export function countOutcome(
  counts: RunCounts,
  { status, problems, alsoDeleted }: Pick<RowOutcome, 'status' | 'problems' | 'alsoDeleted'>,
): void {
  counts.rows += 1;
  counts[COUNTED_AS[status]] += 1;
  counts.deleted += alsoDeleted.length;
  for (const { severity } of problems) if (severity === 'WARNING') counts.warnings += 1;
}

/** Problems of one kind, counted together (R16, and `ProblemGroup` of the API). */
export interface ProblemGroup {
  readonly code: Problem['code'];
  readonly severity: Problem['severity'];
  readonly field: string | null;
  readonly file: string | null;
  readonly count: number;
  /** Ranges such as "1-40, 52", at most the first 100. */
  readonly rows: string;
  readonly message: string;
}

export interface RunSourceRecord {
  readonly systemName: string;
  readonly model: string;
  readonly file: string | null;
}

export interface StartedRun {
  readonly id: string;
  /** The number under which this process works on the run. A run that is taken away gets another number. */
  readonly attempt: number;
  readonly sourceIds: readonly string[];
}

export const FIRST_ATTEMPT = 1;

/** The process that works on a run. It loses the run if it does not report for some seconds. */
export interface Lease {
  readonly owner: string;
  readonly seconds: number;
}

/** The usual time until a silent process loses its run: longer than a database takes to restart. */
export const LEASE_SECONDS = 45;

/** The lease of this process for runs that are not queued. */
export const OWN_LEASE: Lease = {
  owner: `${hostname()}:${process.pid}:${randomBytes(4).toString('hex')}`,
  seconds: LEASE_SECONDS,
};

export const RUNS_TABLE = 'nsync_runs';
export const SOURCES_TABLE = 'nsync_run_sources';

async function insertGivingId(
  knex: Knex,
  { supportsReturning }: Dialect,
  table: string,
  values: Record<string, unknown>,
): Promise<string> {
  const [returned] = await (supportsReturning ? knex(table).insert(values, ['id']) : knex(table).insert(values));
  return String(typeof returned === 'object' ? returned.id : returned);
}

interface NewRun {
  readonly dryRun: boolean;
  readonly startedBy: string | null;
  readonly sources: readonly RunSourceRecord[];
  readonly claim?: KeyClaim | null;
}

/**
 * Records that a run has begun, or is being queued. The record is visible to all connections at once. Throws KeyTaken.
 */
export async function startRun(
  database: Database,
  run: NewRun,
  now: string,
  status: Extract<RunStatus, 'RUNNING' | 'QUEUED'> = 'RUNNING',
): Promise<StartedRun> {
  const { knex, dialect } = database;
  const insert = async (trx: Knex.Transaction): Promise<StartedRun> => {
    const id = await insertGivingId(trx, dialect, RUNS_TABLE, {
      status,
      owner: OWN_LEASE.owner,
      lease_seconds: OWN_LEASE.seconds,
      dry_run: run.dryRun,
      started_by: run.startedBy,
      started_at: dialect.bind(TIMESTAMP, now),
      heartbeat_at: trx.raw(dialect.clock),
      attempt: FIRST_ATTEMPT,
      problems: '[]',
      problem_groups: '[]',
    });
    const sourceIds: string[] = [];
    for (const [position, source] of run.sources.entries())
      sourceIds.push(
        await insertGivingId(trx, dialect, SOURCES_TABLE, {
          run_id: id,
          position,
          system_name: source.systemName,
          model: source.model,
          file: source.file,
        }),
      );
    if (run.claim) await claimKeys(trx, dialect, [{ claim: run.claim, runId: id }]);
    return { id, attempt: FIRST_ATTEMPT, sourceIds };
  };
  return committing(database, insert, async ({ id }) => (await runState(knex, id)) !== undefined);
}

/** The recorded state of a run; undefined if there is no such run. */
export async function runState(
  knex: Knex,
  id: string,
): Promise<{ readonly status: RunStatus; readonly attempt: number; readonly committedChunks: number } | undefined> {
  const run = (await knex(RUNS_TABLE).where({ id }).first('status', 'attempt', 'committed_chunks')) as
    { status: RunStatus; attempt: number; committed_chunks: number } | undefined;
  return run && { status: run.status, attempt: run.attempt, committedChunks: run.committed_chunks };
}

/** The error for a run that no longer belongs to its process, which must not write anything more for the run. */
export const takenAway = (id: string): CallError =>
  new CallError(
    'RUN_INTERRUPTED',
    `Run ${id} was ended as INTERRUPTED, because its process did not respond for too long. Committed rows stay.`,
  );

/**
 * Changes a run of this process. Throws RUN_INTERRUPTED if the run no longer belongs to this process, so that nothing
 * is committed.
 */
async function updateOwn(
  trx: Knex,
  { id, attempt }: Pick<StartedRun, 'id' | 'attempt'>,
  values: Record<string, unknown>,
  fence: Readonly<Record<string, number>> = {},
): Promise<void> {
  const updated = await trx(RUNS_TABLE)
    .where({ id, attempt, status: 'RUNNING', ...fence })
    .update(values);
  if (updated === 0) throw takenAway(id);
}

/** Throws RUN_INTERRUPTED if the run no longer belongs to this process, or has not committed so many chunks. */
export async function assertOwn(knex: Knex, { id, attempt }: StartedRun, committedChunks?: number): Promise<void> {
  const fence = { id, attempt, status: 'RUNNING', ...(committedChunks === undefined ? {} : { committed_chunks: committedChunks }) }; // prettier-ignore
  const own = (await knex(RUNS_TABLE).where(fence).first('id')) as unknown;
  if (own === undefined) throw takenAway(id);
}

const countColumns = (counts: RunCounts): Record<string, number> =>
  Object.fromEntries(COUNTS.map((count) => [`${count}_count`, counts[count]]));

/** What a chunk's transaction adds to the run's record. */
export interface CommittedChunk {
  readonly committedChunks: number;
  /** The counts of the source of the chunk's rows; null if the chunk has none. */
  readonly counts: { readonly sourceId: string; readonly counts: RunCounts } | null;
}

/**
 * Records a chunk in its own transaction (R47). Throws RUN_INTERRUPTED if the run no longer belongs to this process.
 */
export async function recordChunk(trx: Knex, run: StartedRun, chunk: CommittedChunk): Promise<void> {
  const { committedChunks, counts } = chunk;
  await updateOwn(trx, run, { committed_chunks: committedChunks }, { committed_chunks: committedChunks - 1 });
  if (counts) await trx(SOURCES_TABLE).where({ id: counts.sourceId }).update(countColumns(counts.counts));
}

/** The recorded counts of a run's sources, by the id of the source. */
export async function countsOfSources(knex: Knex, runId: string): Promise<Map<string, RunCounts>> {
  const rows = (await knex(SOURCES_TABLE).where({ run_id: runId })) as Record<string, unknown>[];
  return new Map(rows.map((row) => [String(row.id), countsIn(row)]));
}

/** The counts in a row of the sources. */
export function countsIn(row: Readonly<Record<string, unknown>>): RunCounts {
  const counts = noCounts();
  for (const count of COUNTS) counts[count] = Number(row[`${count}_count`]);
  return counts;
}

/** Records the systems of a run's sources before the run ends, so that chunks committed earlier count as theirs. */
export async function recordSystems(
  knex: Knex,
  sources: readonly { readonly id: string; readonly systemId: number | null }[],
): Promise<void> {
  for (const { id, systemId } of sources)
    await knex(SOURCES_TABLE).where({ id }).update({ external_system_id: systemId });
}

interface FinishedRun {
  readonly status: RunStatus;
  readonly problems: readonly Problem[];
  readonly problemGroups: readonly ProblemGroup[];
  readonly sources: readonly {
    readonly id: string;
    readonly systemId: number | null;
    /** Null: the counts that chunks have recorded stay. */
    readonly counts: RunCounts | null;
  }[];
}

/** Records the end of a run. Throws RUN_INTERRUPTED if the run no longer belongs to this process. */
export async function finishRun(
  trx: Knex,
  dialect: Dialect,
  started: StartedRun,
  run: FinishedRun,
  now: string,
): Promise<void> {
  await updateOwn(trx, started, {
    status: run.status,
    finished_at: dialect.bind(TIMESTAMP, now),
    problems: JSON.stringify(run.problems),
    problem_groups: JSON.stringify(run.problemGroups),
  });
  for (const { id, systemId, counts } of run.sources)
    await trx(SOURCES_TABLE)
      .where({ id })
      .update({ external_system_id: systemId, ...(counts && countColumns(counts)) });
}

/** The error that ended a run. */
export interface RunError {
  readonly code: string;
  readonly message: string;
}

/** Records the end of a run that was stopped on request, or by an error that no row has caused. */
export async function abandonRun(
  knex: Knex,
  dialect: Dialect,
  { id, attempt }: StartedRun,
  { status, error }: { readonly status: Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>; readonly error: RunError },
  now: string,
): Promise<void> {
  await knex(RUNS_TABLE)
    .where({ id, attempt })
    .where((part) => {
      // The run may have recorded that it was stopped, but not the error.
      void part.where({ status: 'RUNNING' }).orWhere({ status, error: null });
    })
    .update({ status, finished_at: dialect.bind(TIMESTAMP, now), error: JSON.stringify(error) });
}

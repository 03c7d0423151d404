/** Runs: one call each, with its sources, counts and problems. */
import type { Knex } from 'knex';
import { committing, type Database, type Dialect } from '../database';
import type { Problem } from '../sync/problems';
import type { RowOutcome } from './outcomes';
import { areFree } from './locks';
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

const COUNTED_AS: Readonly<Record<RowOutcome['status'], Lowercase<RowOutcome['status']>>> = {
  CREATED: 'created',
  UPDATED: 'updated',
  UNCHANGED: 'unchanged',
  DELETED: 'deleted',
  UNLINKED: 'unlinked',
  SKIPPED: 'skipped',
  FAILED: 'failed',
};

/** Counts an outcome; `warnings` counts problems, the others rows. */
export function countOutcome(counts: RunCounts, { status, problems }: Pick<RowOutcome, 'status' | 'problems'>): void {
  counts.rows += 1;
  counts[COUNTED_AS[status]] += 1;
  for (const { severity } of problems) if (severity === 'WARNING') counts.warnings += 1;
}

/** Problems of one kind, summed up (R16 and the contract's ProblemGroup). */
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
  readonly sourceIds: readonly string[];
}

export const RUNS_TABLE = 'nsync_runs';
export const SOURCES_TABLE = 'nsync_run_sources';

async function insertGivingId(knex: Knex, table: string, values: Record<string, unknown>): Promise<string> {
  const [returned] = await (knex.client.config.client === 'mysql2'
    ? knex(table).insert(values)
    : knex(table).insert(values, ['id']));
  return String(typeof returned === 'object' ? returned.id : returned);
}

/** Notes that a run has begun, visible to everyone at once. */
export async function startRun(
  database: Database,
  run: { dryRun: boolean; sources: readonly RunSourceRecord[] },
  now: string,
): Promise<StartedRun> {
  const { knex, dialect } = database;
  const insert = async (trx: Knex.Transaction): Promise<StartedRun> => {
    const id = await insertGivingId(trx, RUNS_TABLE, {
      status: 'RUNNING',
      dry_run: run.dryRun,
      started_at: dialect.bind(TIMESTAMP, now),
      problems: '[]',
      problem_groups: '[]',
    });
    const sourceIds: string[] = [];
    for (const [position, source] of run.sources.entries())
      sourceIds.push(
        await insertGivingId(trx, SOURCES_TABLE, {
          run_id: id,
          position,
          system_name: source.systemName,
          model: source.model,
          file: source.file,
        }),
      );
    return { id, sourceIds };
  };
  return committing(database, insert, async ({ id }) => (await runState(knex, id)) !== undefined);
}

/** How far a run is, as everyone sees it; undefined where there is none. */
export async function runState(
  knex: Knex,
  id: string,
): Promise<{ readonly status: RunStatus; readonly committedChunks: number } | undefined> {
  const run = (await knex(RUNS_TABLE).where({ id }).first('status', 'committed_chunks')) as
    { status: RunStatus; committed_chunks: number } | undefined;
  return run && { status: run.status, committedChunks: run.committed_chunks };
}

/** Notes, in a chunk's own transaction, how many are done with it. */
export async function noteChunk(trx: Knex.Transaction, id: string, committedChunks: number): Promise<void> {
  await trx(RUNS_TABLE).where({ id }).update({ committed_chunks: committedChunks });
}

/** Notes the systems of a run's sources before it ends, so that what it commits on the way is known to be theirs. */
export async function noteSystems(
  knex: Knex,
  sources: readonly { readonly id: string; readonly systemId: number | null }[],
): Promise<void> {
  for (const { id, systemId } of sources)
    await knex(SOURCES_TABLE).where({ id }).update({ external_system_id: systemId });
}

export interface FinishedRun {
  readonly status: RunStatus;
  readonly problems: readonly Problem[];
  readonly problemGroups: readonly ProblemGroup[];
  readonly sources: readonly { readonly id: string; readonly systemId: number | null; readonly counts: RunCounts }[];
}

export async function finishRun(trx: Knex, dialect: Dialect, id: string, run: FinishedRun, now: string): Promise<void> {
  await trx(RUNS_TABLE)
    .where({ id })
    .update({
      status: run.status,
      finished_at: dialect.bind(TIMESTAMP, now),
      problems: JSON.stringify(run.problems),
      problem_groups: JSON.stringify(run.problemGroups),
    });
  for (const { id: sourceId, systemId, counts } of run.sources)
    await trx(SOURCES_TABLE)
      .where({ id: sourceId })
      .update({
        external_system_id: systemId,
        ...Object.fromEntries(COUNTS.map((count) => [`${count}_count`, counts[count]])),
      });
}

/** Ends a run that did not come to its end: it was stopped on request, or by an error that no row explains. */
export async function abandonRun(
  knex: Knex,
  dialect: Dialect,
  id: string,
  status: Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>,
  now: string,
): Promise<void> {
  await knex(RUNS_TABLE)
    .where({ id, status: 'RUNNING' })
    .update({ status, finished_at: dialect.bind(TIMESTAMP, now) });
}

/**
 * Ends runs whose server is gone: those that stand as running though nobody holds the locks of their models. One that still
 * waits for its turn may be taken for such a run; it says how it ended itself when it has.
 */
export async function interruptDeadRuns({ knex, dialect }: Database, now: string): Promise<void> {
  const running = (await knex(SOURCES_TABLE)
    .join(RUNS_TABLE, `${RUNS_TABLE}.id`, 'run_id')
    .where({ status: 'RUNNING' })
    .select('run_id', 'model')) as { run_id: unknown; model: string }[];
  const modelsByRun = new Map<string, Set<string>>();
  for (const { run_id, model } of running) {
    const id = String(run_id);
    modelsByRun.set(id, (modelsByRun.get(id) ?? new Set()).add(model));
  }
  for (const [id, models] of modelsByRun)
    await knex.transaction(async (trx) => {
      if (await areFree(trx, dialect, [...models])) await abandonRun(trx, dialect, id, 'INTERRUPTED', now);
    });
}

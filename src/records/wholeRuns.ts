/** Records runs with their end, in the transaction that carries them out. */
import type { Knex } from 'knex';
import type { Binding, ColumnInfo, Dialect } from '../database';
import type { Problem } from '../problems';
import { claimKeys, type KeyClaim } from './idempotencyKeys';
import { insertOutcomes, type RowOutcome } from './outcomes';
import type { RunRecord, SourceRecord } from './runRecords';
import { COUNTS, finishRun, FIRST_ATTEMPT, type ProblemGroup, type RunCounts, type RunSourceRecord, type RunStatus, type StartedRun } from './runs'; // prettier-ignore
import { RUN_SOURCES, RUNS, TIMESTAMP } from './tables';

/** A run of one source. */
export interface WholeRun {
  /** The record that was written while the run waited; null if there is none. */
  readonly started: StartedRun | null;
  readonly status: RunStatus;
  readonly dryRun: boolean;
  readonly startedBy: string | null;
  /** The idempotency key that the run takes (R49). */
  readonly claim: KeyClaim | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly problems: readonly Problem[];
  readonly problemGroups: readonly ProblemGroup[];
  readonly source: RunSourceRecord & { readonly systemId: number | null; readonly counts: RunCounts };
  /** The outcomes to record. */
  readonly outcomes: readonly RowOutcome[];
}

/** A run that has ended, as `RunRecords` reads it. */
export interface EndedRecord {
  readonly run: RunRecord;
  readonly sources: readonly SourceRecord[];
}

/** The record of a run that ended at `now`. */
export function endedRecord({ id, sourceIds }: StartedRun, run: WholeRun, now: string): EndedRecord {
  const { status, dryRun, startedBy, startedAt, problems, problemGroups, source } = run;
  return {
    run: {
      id,
      status,
      dryRun,
      startedAt: new Date(startedAt),
      finishedAt: new Date(now),
      progress: null,
      error: null,
      problems,
      problemGroups,
      startedBy,
    },
    sources: [{ ...source, id: sourceIds[0] ?? '', runId: id }],
  };
}

type Column<T> = readonly [ColumnInfo, (item: T) => Binding];

/** Inserts rows in one statement, and returns their ids in the same order. */
async function insertWithIds<T>(
  trx: Knex.Transaction,
  dialect: Dialect,
  { table, id }: { readonly table: string; readonly id: ColumnInfo },
  columns: readonly Column<T>[],
  items: readonly T[],
): Promise<string[]> {
  const rows = await dialect.insertRows(trx, {
    table,
    columns: columns.map(([column]) => column),
    values: columns.map(([, valueOf]) => items.map(valueOf)),
    count: items.length,
    returning: [id],
  });
  return rows.map((row) => String(row[id.name]));
}

async function insertRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
): Promise<StartedRun[]> {
  if (runs.length === 0) return [];
  const finishedAt = dialect.bind(TIMESTAMP, now);
  const ids = await insertWithIds<WholeRun>(
    trx,
    dialect,
    RUNS,
    [
      [RUNS.status, ({ status }) => status],
      [RUNS.dryRun, ({ dryRun }) => dialect.bind(RUNS.dryRun.type, dryRun)],
      [RUNS.startedBy, ({ startedBy }) => startedBy],
      [RUNS.startedAt, ({ startedAt }) => dialect.bind(TIMESTAMP, startedAt)],
      [RUNS.finishedAt, () => finishedAt],
      [RUNS.attempt, () => FIRST_ATTEMPT],
      [RUNS.problems, ({ problems }) => JSON.stringify(problems)],
      [RUNS.problemGroups, ({ problemGroups }) => JSON.stringify(problemGroups)],
    ],
    runs,
  );
  const sources = runs.map(({ source }, index) => ({ ...source, runId: Number(ids[index]) }));
  type Source = (typeof sources)[number];
  const sourceIds = await insertWithIds<Source>(
    trx,
    dialect,
    RUN_SOURCES,
    [
      [RUN_SOURCES.runId, ({ runId }) => runId],
      [RUN_SOURCES.position, () => 0],
      [RUN_SOURCES.systemId, ({ systemId }) => systemId],
      [RUN_SOURCES.systemName, ({ systemName }) => systemName],
      [RUN_SOURCES.model, ({ model }) => model],
      [RUN_SOURCES.file, ({ file }) => file],
      ...COUNTS.map((count): Column<Source> => [RUN_SOURCES.countOf(count), ({ counts }) => counts[count]]),
    ],
    sources,
  );
  const keyed = runs.flatMap(({ claim }, index) => (claim ? [{ claim, runId: ids[index] ?? '' }] : []));
  await claimKeys(trx, dialect, keyed);
  return ids.map((id, index) => ({ id, attempt: FIRST_ATTEMPT, sourceIds: [sourceIds[index] ?? ''] }));
}

/**
 * Records the ends of runs with their outcomes, in a few statements whatever the number of runs. Returns the runs in the same order. Throws
 * KeyTaken, or RUN_INTERRUPTED if a run that is recorded was taken away from this process.
 */
export async function recordWholeRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
): Promise<StartedRun[]> {
  const inserted = await insertRuns(trx, dialect, runs.filter(({ started }) => !started), now); // prettier-ignore
  const recorded = runs.flatMap(({ started }) => started ?? inserted.shift() ?? []);
  for (const { started, source, ...end } of runs)
    if (started)
      await finishRun(trx, dialect, started, { ...end, sources: [{ ...source, id: started.sourceIds[0] ?? '' }] }, now);
  await insertOutcomes(
    trx,
    dialect,
    runs.map(({ outcomes }, index) => ({ sourceId: recorded[index]?.sourceIds[0] ?? '', outcomes })),
  );
  return recorded;
}

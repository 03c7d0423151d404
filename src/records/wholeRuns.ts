/** Records runs with their end, in the transaction that carries them out. */
import type { Knex } from 'knex';
import { allDone } from '../allDone';
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

type Column<T> = readonly [ColumnInfo, (item: T, index: number) => Binding];

type CountedTable = { readonly table: string; readonly id: ColumnInfo };

/** Ids for the records of runs, counted before their rows are inserted. */
export interface ReservedIds {
  readonly runs: readonly string[];
  readonly sources: readonly string[];
}

/** Ids for some runs; null if the database counts ids only when it inserts rows. */
export async function reserveRunIds(
  trx: Knex.Transaction,
  dialect: Dialect,
  count: number,
): Promise<ReservedIds | null> {
  if (!dialect.reserveIds) return null;
  const [runs = [], sources = []] = await dialect.reserveIds(trx, [RUNS, RUN_SOURCES], count);
  return { runs, sources };
}

interface Inserted {
  /** In the order of the items. */
  readonly ids: readonly string[];
  readonly done: Promise<unknown>;
}

/** Inserts rows in one statement. With reserved ids, resolves before the rows are written. */
async function insertWithIds<T>(
  trx: Knex.Transaction,
  dialect: Dialect,
  { table, id }: CountedTable,
  columns: readonly Column<T>[],
  items: readonly T[],
  reserved: readonly string[] | undefined,
): Promise<Inserted> {
  const ids: readonly Column<T>[] = reserved ? [[id, (_item, index) => Number(reserved[index])]] : [];
  const given = [...ids, ...columns];
  const writing = dialect.insertRows(trx, {
    table,
    columns: given.map(([column]) => column),
    values: given.map(([, valueOf]) => items.map(valueOf)),
    count: items.length,
    returning: reserved ? [] : [id],
  });
  if (reserved) return { ids: reserved.slice(0, items.length), done: writing };
  const rows = await writing;
  return { ids: rows.map((row) => String(row[id.name])), done: Promise.resolve() };
}

function insertRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
  reserved: ReservedIds | null,
): Promise<Inserted> {
  const finishedAt = dialect.bind(TIMESTAMP, now);
  const columns: readonly Column<WholeRun>[] = [
    [RUNS.status, ({ status }) => status],
    [RUNS.dryRun, ({ dryRun }) => dialect.bind(RUNS.dryRun.type, dryRun)],
    [RUNS.startedBy, ({ startedBy }) => startedBy],
    [RUNS.startedAt, ({ startedAt }) => dialect.bind(TIMESTAMP, startedAt)],
    [RUNS.finishedAt, () => finishedAt],
    [RUNS.attempt, () => FIRST_ATTEMPT],
    [RUNS.problems, ({ problems }) => JSON.stringify(problems)],
    [RUNS.problemGroups, ({ problemGroups }) => JSON.stringify(problemGroups)],
  ];
  return insertWithIds(trx, dialect, RUNS, columns, runs, reserved?.runs);
}

function insertSources(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  runIds: readonly string[],
  reserved: ReservedIds | null,
): Promise<Inserted> {
  const sources = runs.map(({ source }, index) => ({ ...source, runId: Number(runIds[index]) }));
  type Source = (typeof sources)[number];
  const columns: readonly Column<Source>[] = [
    [RUN_SOURCES.runId, ({ runId }) => runId],
    [RUN_SOURCES.position, () => 0],
    [RUN_SOURCES.systemId, ({ systemId }) => systemId],
    [RUN_SOURCES.systemName, ({ systemName }) => systemName],
    [RUN_SOURCES.model, ({ model }) => model],
    [RUN_SOURCES.file, ({ file }) => file],
    ...COUNTS.map((count): Column<Source> => [RUN_SOURCES.countOf(count), ({ counts }) => counts[count]]),
  ];
  return insertWithIds(trx, dialect, RUN_SOURCES, columns, sources, reserved?.sources);
}

/** Runs that are being written. */
interface Recording {
  readonly started: readonly StartedRun[];
  readonly done: Promise<unknown>;
}

async function recordNewRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
  reserved: ReservedIds | null,
): Promise<Recording> {
  if (runs.length === 0) return { started: [], done: Promise.resolve() };
  const inserted = await insertRuns(trx, dialect, runs, now, reserved);
  const sources = await insertSources(trx, dialect, runs, inserted.ids, reserved);
  const done = allDone([inserted.done, sources.done]);
  done.catch(() => undefined);
  const keyed = runs.flatMap(({ claim }, index) => (claim ? [{ claim, runId: inserted.ids[index] ?? '' }] : []));
  if (keyed.length > 0) {
    // A key that is taken fails all later statements, whose errors would hide the reason.
    await done;
    await claimKeys(trx, dialect, keyed);
  }
  const started = inserted.ids.map((id, index) => ({
    id,
    attempt: FIRST_ATTEMPT,
    sourceIds: [sources.ids[index] ?? ''],
  }));
  return { started, done };
}

/**
 * Records the ends of runs with their outcomes, in a few statements whatever the number of runs. With reserved ids, the statements are sent together.
 * Returns the runs in the same order. Throws KeyTaken, or RUN_INTERRUPTED if a run that is recorded was taken away from this process.
 */
export async function recordWholeRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
  reserved: ReservedIds | null,
): Promise<StartedRun[]> {
  const unrecorded = runs.filter(({ started }) => !started);
  const recording = await recordNewRuns(trx, dialect, unrecorded, now, reserved);
  const inserted = [...recording.started];
  const recorded = runs.flatMap(({ started }) => started ?? inserted.shift() ?? []);
  for (const { started, source, ...end } of runs)
    if (started)
      await finishRun(trx, dialect, started, { ...end, sources: [{ ...source, id: started.sourceIds[0] ?? '' }] }, now);
  const outcomes = runs.map((run, index) => ({
    sourceId: recorded[index]?.sourceIds[0] ?? '',
    outcomes: run.outcomes,
  }));
  await allDone([recording.done, insertOutcomes(trx, dialect, outcomes)]);
  return recorded;
}

/** Records runs with their end, in the transaction that carries them out. */
import type { Knex } from 'knex';
import { allDone } from '../allDone';
import type { Binding, ColumnInfo, Dialect } from '../database';
import { extended } from '../extended';
import type { Problem } from '../problems';
import { claimKeys, type KeyClaim } from './idempotencyKeys';
import { insertOutcomes, type RowOutcome } from './outcomes';
import type { RunRecord, SourceRecord } from './runRecords';
import { COUNTS, finishRun, FIRST_ATTEMPT, type ProblemGroup, type RunCounts, type RunSourceRecord, type RunStatus, type StartedRun } from './runs'; // prettier-ignore
import { type Referred, referring } from './referring';
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
    sources: [extended(source, { id: sourceIds[0] ?? '', runId: id })],
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

/** Rows of a table that others refer to. */
interface Items<T> {
  readonly into: CountedTable;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  /** The rows that these refer to, one each. */
  readonly parents?: { readonly column: ColumnInfo; readonly rows: Referred };
  readonly reserved: readonly string[] | undefined;
}

interface Inserted {
  readonly rows: Referred;
  /** In the order of the items, once these are written. */
  readonly ids: Promise<readonly string[]>;
}

/** Inserts rows in one statement. Resolves at once if others can refer to the rows before these are written. */
async function insertReferred<T>(
  trx: Knex.Transaction,
  dialect: Dialect,
  { into: { table, id }, columns, items, parents, reserved }: Items<T>,
): Promise<Inserted> {
  const ids: readonly Column<T>[] = reserved ? [[id, (_item, index) => Number(reserved[index])]] : [];
  const given = [...ids, ...columns];
  const upward = parents && referring(parents.column, parents.rows, [...items.keys()]);
  const keptAs = dialect.keepsIds && !reserved ? table : undefined;
  const written = dialect.insertRows(trx, {
    table,
    columns: [...(upward?.columns ?? []), ...given.map(([column]) => column)],
    values: [...(upward?.values ?? []), ...given.map(([, valueOf]) => items.map(valueOf))],
    keptIds: upward?.keptIds,
    count: items.length,
    returning: reserved ? [] : [id],
    keepIdsAs: keptAs,
  });
  const counted = written.then((rows) => reserved?.slice(0, items.length) ?? rows.map((row) => String(row[id.name])));
  counted.catch(() => undefined);
  if (keptAs !== undefined) return { rows: { keptAs }, ids: counted };
  return { rows: { ids: reserved ?? (await counted) }, ids: counted };
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
  return insertReferred(trx, dialect, { into: RUNS, columns, items: runs, reserved: reserved?.runs });
}

function insertSources(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  written: Referred,
  reserved: ReservedIds | null,
): Promise<Inserted> {
  const columns: readonly Column<WholeRun['source']>[] = [
    [RUN_SOURCES.position, () => 0],
    [RUN_SOURCES.systemId, ({ systemId }) => systemId],
    [RUN_SOURCES.systemName, ({ systemName }) => systemName],
    [RUN_SOURCES.model, ({ model }) => model],
    [RUN_SOURCES.file, ({ file }) => file],
    ...COUNTS.map((count): Column<WholeRun['source']> => [RUN_SOURCES.countOf(count), ({ counts }) => counts[count]]),
  ];
  return insertReferred(trx, dialect, {
    into: RUN_SOURCES,
    columns,
    items: runs.map(({ source }) => source),
    parents: { column: RUN_SOURCES.runId, rows: written },
    reserved: reserved?.sources,
  });
}

/** Runs that are being written, with a source each. */
interface Recording {
  readonly sources: Referred;
  /** Once they are written. */
  readonly started: Promise<readonly StartedRun[]>;
}

async function recordNewRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
  reserved: ReservedIds | null,
): Promise<Recording> {
  if (runs.length === 0) return { sources: { ids: [] }, started: Promise.resolve([]) };
  const inserted = await insertRuns(trx, dialect, runs, now, reserved);
  const sources = await insertSources(trx, dialect, runs, inserted.rows, reserved);
  const started = allDone([inserted.ids, sources.ids] as const).then(([ids, sourceIds]) =>
    ids.map((id, index): StartedRun => ({ id, attempt: FIRST_ATTEMPT, sourceIds: [sourceIds[index] ?? ''] })),
  );
  started.catch(() => undefined);
  if (runs.some(({ claim }) => claim)) {
    // A key that is taken fails all later statements, whose errors would hide the reason.
    const written = await started;
    const keyed = runs.flatMap(({ claim }, index) => (claim ? [{ claim, runId: written[index]?.id ?? '' }] : []));
    await claimKeys(trx, dialect, keyed);
  }
  return { sources: sources.rows, started };
}

/**
 * Records the ends of runs with their outcomes, in a few statements whatever the number of runs. Where rows can refer to others before these are written,
 * the statements are sent together. Returns the runs in the same order. Throws KeyTaken, or RUN_INTERRUPTED if a run that is recorded was taken away from
 * this process.
 */
export async function recordWholeRuns(
  trx: Knex.Transaction,
  dialect: Dialect,
  runs: readonly WholeRun[],
  now: string,
  reserved: ReservedIds | null,
): Promise<readonly StartedRun[]> {
  const outcomes = runs.map((run) => run.outcomes);
  const unrecorded = runs.filter(({ started }) => !started);
  const recording = await recordNewRuns(trx, dialect, unrecorded, now, reserved);
  if (unrecorded.length === runs.length) {
    const [written] = await allDone([
      recording.started,
      insertOutcomes(trx, dialect, recording.sources, outcomes),
    ] as const);
    return written;
  }
  const inserted = [...(await recording.started)];
  const recorded = runs.flatMap(({ started }) => started ?? inserted.shift() ?? []);
  const sourceIds = recorded.map((run) => run.sourceIds[0] ?? '');
  for (const [index, { started, source, ...end }] of runs.entries())
    if (started)
      await finishRun(trx, dialect, started, { ...end, sources: [{ ...source, id: sourceIds[index] ?? '' }] }, now);
  await insertOutcomes(trx, dialect, { ids: sourceIds }, outcomes);
  return recorded;
}

/** Removes old runs in small steps, and preserves which systems have touched an object. */
import { setTimeout } from 'node:timers/promises';
import type { Knex } from 'knex';
import { type Database, inTransaction, retrying } from '../database';
import { pointInTime } from './reading';
import { RUNS_TABLE, SOURCES_TABLE } from './runs';
import { OUTCOMES, RELATED_CHANGES, TIMESTAMP } from './tables';
import { isTouch, type ObjectsOfSystem, recordFirstTouches, supersededObjects } from './touches';

export interface PruneOptions {
  /** Runs that finished before this time are removed. */
  readonly finishedBefore: Date;
  /** The newest outcome of each object and system stays, with its run, so that `touchedBy` stays complete. */
  readonly keepLastTouch: boolean;
}

export interface Pruned {
  readonly runs: number;
  readonly outcomes: number;
}

const RUNS_AT_ONCE = 100;
const FEWEST_ROWS = 20;
/** SQLite accepts at most 500 rows per INSERT of knex. */
const MOST_ROWS = 400;
/** The approximate time for which a step locks rows. A small call does not notice even twice as much. */
const STEP_MILLISECONDS = 40;

/** Adjusts the number of rows per step to the time that a step may take. */
class StepSize {
  rows = 200;

  note(milliseconds: number): void {
    const fitting = Math.round((this.rows * STEP_MILLISECONDS) / Math.max(milliseconds, 1));
    this.rows = Math.min(Math.max(fitting, FEWEST_ROWS), Math.min(MOST_ROWS, 2 * this.rows));
  }
}

interface OldRun {
  readonly id: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Whether the run has changed objects. */
  readonly touches: boolean;
}

interface OldSource {
  readonly id: string;
  readonly run: OldRun;
  readonly model: string;
  readonly systemId: number | null;
}

/** A row of one of the tables that record touches of objects. */
interface Candidate {
  /** Identifies the row within its source. */
  readonly key: number | string;
  readonly model: string;
  readonly objectId: string | null;
  readonly isTouch: boolean;
}

/** A table that records what a source's rows did. */
interface TouchTable {
  readonly table: string;
  readonly key: string;
  readonly counts: boolean;
  read(row: Record<string, unknown>, source: OldSource): Candidate;
}

const TOUCH_TABLES: readonly TouchTable[] = [
  {
    table: OUTCOMES.table,
    key: OUTCOMES.row.name,
    counts: true,
    read: (row, { model, run }) => ({
      key: row.row as number,
      model,
      objectId: row.object_id as string | null,
      isTouch: run.touches && isTouch(row),
    }),
  },
  {
    table: RELATED_CHANGES.table,
    key: 'id',
    counts: false,
    read: (row, { run }) => ({
      key: row.id as string,
      model: row.model as string,
      objectId: row.object_id as string,
      isTouch: run.touches,
    }),
  },
];

function groupedByModel(touches: readonly Candidate[]): Map<string, Candidate[]> {
  const groups = new Map<string, Candidate[]>();
  for (const touch of touches) groups.set(touch.model, [...(groups.get(touch.model) ?? []), touch]);
  return groups;
}

class Pruning {
  private readonly size = new StepSize();
  private runs = 0;
  private outcomes = 0;

  constructor(
    private readonly database: Database,
    private readonly options: PruneOptions,
    private readonly signal?: AbortSignal,
  ) {}

  async all(): Promise<Pruned> {
    for (let after = '0'; ;) {
      const old = await this.oldRuns(after);
      for (const run of old) if (!this.signal?.aborted) await this.pruneRun(run);
      const last = old.at(-1);
      if (!last || this.signal?.aborted) return { runs: this.runs, outcomes: this.outcomes };
      after = last.id;
    }
  }

  /** The oldest first, so that first touches are found first. */
  private async oldRuns(after: string): Promise<OldRun[]> {
    const { reader, dialect } = this.database;
    const before = dialect.bind(TIMESTAMP, this.options.finishedBefore.toISOString()) as string;
    const rows = (await reader(RUNS_TABLE)
      .where('id', '>', after)
      .where('finished_at', '<', before)
      .whereNotIn('status', ['QUEUED', 'RUNNING'])
      .orderBy('id')
      .limit(RUNS_AT_ONCE)
      .select('id', 'started_at', 'finished_at', 'dry_run', 'status')) as Record<string, unknown>[];
    return rows.map((row) => ({
      id: String(row.id),
      startedAt: pointInTime(row.started_at),
      finishedAt: pointInTime(row.finished_at),
      touches: !row.dry_run && row.status !== 'ROLLED_BACK',
    }));
  }

  private async pruneRun(run: OldRun): Promise<void> {
    const rows = (await this.database
      .reader(SOURCES_TABLE)
      .where({ run_id: run.id })
      .select('id', 'model', 'external_system_id')) as Record<string, unknown>[];
    let isEmpty = true;
    for (const row of rows) {
      const systemId = row.external_system_id === null ? null : Number(row.external_system_id);
      const source = { id: String(row.id), run, model: String(row.model), systemId };
      for (const table of TOUCH_TABLES) if (!(await this.pruneTable(source, table))) isEmpty = false;
    }
    if (!isEmpty) return;
    // The database also deletes the run's sources.
    await this.step((trx) => trx(RUNS_TABLE).where({ id: run.id }).delete());
    this.runs += 1;
  }

  /** Returns whether no row of the source is left in the table. */
  private async pruneTable(source: OldSource, table: TouchTable): Promise<boolean> {
    let isEmpty = true;
    for (let after: number | string = 0; ;) {
      const rows = (await this.database
        .reader(table.table)
        .where({ run_source_id: source.id })
        .where(table.key, '>', after)
        .orderBy(table.key)
        .limit(this.size.rows)) as Record<string, unknown>[];
      const candidates = rows.map((row) => table.read(row, source));
      const last = candidates.at(-1);
      if (!last) return isEmpty;
      if (this.signal?.aborted) return false;
      if (!(await this.pruneCandidates(source, table, candidates))) isEmpty = false;
      after = last.key;
    }
  }

  /** Returns whether all candidates were removed. */
  private async pruneCandidates(
    source: OldSource,
    table: TouchTable,
    candidates: readonly Candidate[],
  ): Promise<boolean> {
    const kept = new Set<Candidate>();
    const first: ObjectsOfSystem[] = [];
    const touches = candidates.filter(({ isTouch: is, objectId }) => is && objectId !== null);
    if (this.options.keepLastTouch && source.systemId !== null)
      for (const [model, group] of groupedByModel(touches)) {
        const objects = { model, systemId: source.systemId, ids: group.map(({ objectId }) => objectId ?? '') };
        const superseded = await supersededObjects(this.database.reader, objects, source.run);
        // An object may also occur in several rows of the step.
        const seen = new Set(superseded);
        for (const touch of [...group].reverse()) {
          if (seen.has(touch.objectId ?? '')) continue;
          seen.add(touch.objectId ?? '');
          kept.add(touch);
        }
        first.push({ ...objects, ids: [...superseded] });
      }
    const removed = candidates.filter((candidate) => !kept.has(candidate));
    if (removed.length > 0) {
      await this.step(async (trx) => {
        for (const objects of first) await recordFirstTouches(trx, this.database, objects, source.run.startedAt);
        await trx(table.table)
          .where({ run_source_id: source.id })
          .whereIn(
            table.key,
            removed.map(({ key }) => key),
          ) // prettier-ignore
          .delete();
      });
      if (table.counts) this.outcomes += removed.length;
    }
    return kept.size === 0;
  }

  /** Runs a transaction, and then pauses for as long as it took, so that other processes can write. */
  private async step(work: (trx: Knex.Transaction) => Promise<unknown>): Promise<void> {
    const { knex, dialect } = this.database;
    await retrying(dialect, async () => {
      const began = performance.now();
      await inTransaction(knex, work);
      const took = performance.now() - began;
      this.size.note(took);
      await setTimeout(took);
    });
  }
}

/**
 * Removes runs that finished before a time, with their outcomes, but never mappings. The signal ends the work early.
 */
export function pruneRuns(database: Database, options: PruneOptions, signal?: AbortSignal): Promise<Pruned> {
  return new Pruning(database, options, signal).all();
}

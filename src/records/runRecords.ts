/** Reads runs for the API, with their current state even if their process has not stored it yet (R47). */
import type { Knex } from 'knex';
import type { Database } from '../database';
import type { Problem } from '../problems';
import { deadRuns, type LiveRuns, NOT_REPORTED, reportsOf, type RunProgressRecord, type RunReport } from './progress';
import { type Page, page, type PageRequest, pointInTime, whereText } from './reading';
import {
  countsIn,
  type ProblemGroup,
  type RunCounts,
  type RunError,
  RUNS_TABLE,
  type RunStatus,
  SOURCES_TABLE,
} from './runs';

export interface RunRecord {
  readonly id: string;
  readonly status: RunStatus;
  readonly dryRun: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** Null once the run has finished. */
  readonly progress: RunProgressRecord | null;
  readonly problems: readonly Problem[];
  readonly problemGroups: readonly ProblemGroup[];
  /** The caller that started the run; null without authentication. */
  readonly startedBy: string | null;
  /** The error that ended the run; null if it ended otherwise, or is unfinished. */
  readonly error: RunError | null;
}

export interface SourceRecord {
  readonly id: string;
  readonly runId: string;
  readonly systemId: number | null;
  readonly systemName: string;
  readonly model: string;
  readonly file: string | null;
  readonly counts: RunCounts;
}

export interface RunFilter {
  /** `id` null: the system does not exist, or no longer exists. */
  readonly system?: { readonly id: number | null; readonly name: string };
  readonly statuses?: readonly RunStatus[];
}

type Row = Record<string, unknown>;

const isRunning = ({ status }: Row): boolean => status === 'RUNNING';
const isUnfinished = (row: Row): boolean => isRunning(row) || row.status === 'QUEUED';

const readRun = (row: Row): RunRecord => ({
  id: String(row.id),
  status: row.status as RunStatus,
  dryRun: Boolean(row.dry_run),
  startedAt: pointInTime(row.started_at),
  finishedAt: row.finished_at === null ? null : pointInTime(row.finished_at),
  progress: null,
  problems: JSON.parse(String(row.problems)) as Problem[],
  problemGroups: JSON.parse(String(row.problem_groups)) as ProblemGroup[],
  startedBy: (row.started_by as string | null) ?? null,
  error: row.error ? (JSON.parse(String(row.error)) as RunError) : null,
});

function readSource(row: Row, report: RunReport | undefined): SourceRecord {
  const counts = countsIn(row);
  // A run that is one transaction has recorded nothing yet. A run that commits its chunks may have reported fewer rows
  // than it recorded.
  const reported = report?.counts[Number(row.position)];
  return {
    id: String(row.id),
    runId: String(row.run_id),
    systemId: row.external_system_id === null ? null : Number(row.external_system_id),
    systemName: String(row.system_name),
    model: String(row.model),
    file: (row.file as string | null) ?? null,
    counts: reported && reported.rows > counts.rows ? reported : counts,
  };
}

/** A run whose process is gone counts as INTERRUPTED, even before this is recorded. */
const interrupted = (run: RunRecord, heardAt: Date): RunRecord => ({
  ...run,
  status: 'INTERRUPTED',
  finishedAt: heardAt,
});

export class RunRecords {
  constructor(
    private readonly database: Database,
    private readonly live: LiveRuns,
    /** Only runs of this caller are visible; undefined: all runs. */
    private readonly startedBy?: string,
  ) {}

  private visible(): Knex.QueryBuilder {
    const query = this.database.reader(RUNS_TABLE) as Knex.QueryBuilder;
    return this.startedBy === undefined ? query : query.where('started_by', this.startedBy);
  }

  /** Newest first. */
  async page({ statuses, system }: RunFilter, request: PageRequest): Promise<Page<RunRecord>> {
    const knex = this.database.reader;
    const query = this.visible();
    if (statuses) {
      const dead = [...(await this.lastHeardOf()).keys()];
      query.where((part) => {
        void part.whereIn('status', statuses as string[]);
        if (statuses.includes('INTERRUPTED')) void part.orWhereIn('id', dead);
        else void part.whereNotIn('id', dead);
      });
    }
    if (system) {
      const { id, name } = system;
      // The system of a run that was rolled back may never have been recorded. Only its name is known.
      const ofSystem = whereText(
        knex(SOURCES_TABLE).select('run_id').where({ external_system_id: null }),
        'system_name',
        name,
      );
      query.whereIn('id', id === null ? ofSystem : ofSystem.orWhere('external_system_id', id));
    }
    const found = await page(query, request, (row) => row, true);
    return { ...found, items: await this.read(found.items) };
  }

  async byIds(ids: readonly string[]): Promise<RunRecord[]> {
    return this.read((await this.visible().whereIn('id', ids as string[])) as Row[]);
  }

  async sourcesOf(runIds: readonly string[]): Promise<SourceRecord[]> {
    const rows = (await this.database
      .reader(SOURCES_TABLE)
      .join(RUNS_TABLE, `${RUNS_TABLE}.id`, 'run_id')
      .whereIn('run_id', runIds as string[])
      .orderBy(['run_id', 'position'])
      .select(`${SOURCES_TABLE}.*`, 'status')) as Row[];
    const running = rows.filter(isRunning).map((row) => String(row.run_id));
    if (running.length === 0) return rows.map((row) => readSource(row, undefined));
    // The reports of a run whose process is gone are not reliable. Only its recorded counts are.
    const heard = await this.lastHeardOf();
    const reports = await this.reportsOf(running.filter((id) => !heard.has(id)));
    return rows.map((row) => readSource(row, reports.get(String(row.run_id))));
  }

  private async read(rows: readonly Row[]): Promise<RunRecord[]> {
    const running = rows.filter(isUnfinished).map(({ id }) => String(id));
    if (running.length === 0) return rows.map(readRun);
    const [reports, heard] = await Promise.all([this.reportsOf(running), this.lastHeardOf()]);
    return rows.map((row) => {
      const run = readRun(row);
      const heardAt = heard.get(run.id);
      if (heardAt) return interrupted(run, heardAt);
      return isUnfinished(row) ? { ...run, progress: (reports.get(run.id) ?? NOT_REPORTED).progress } : run;
    });
  }

  /** Runs of this process report directly. */
  private async reportsOf(running: readonly string[]): Promise<Map<string, RunReport>> {
    const elsewhere = new Set(running.filter((id) => !this.live.find(id)));
    const reports = await reportsOf(this.database, [...elsewhere]);
    for (const id of running) {
      const run = this.live.find(id);
      if (run) reports.set(id, run.report());
    }
    return reports;
  }

  /** The time of the last report of each run whose process is gone, unless another process will continue the run. */
  private async lastHeardOf(): Promise<Map<string, Date>> {
    const dead = await deadRuns(this.database);
    return new Map(
      dead.filter(({ id, returns }) => !returns && !this.live.find(id)).map(({ id, heardAt }) => [id, heardAt]),
    );
  }
}

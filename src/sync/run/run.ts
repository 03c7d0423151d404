/** One request's execution: what it asks for, how far it is, and its record. */
import type { Knex } from 'knex';
import type { Database } from '../../database';
import type { ModelCatalog } from '../../models';
import { ensureSystem, type RowOutcome, type RunStatus, systemIds } from '../../records';
import type { Problem } from '../../problems';
import type { SyncPolicy } from '../policy';
import type { SyncRequest } from '../request';
import type { ActiveRun } from './activeRun';
import type { Expectations, LookaheadSetting } from './expectations';
import type { PreparedSource } from './preparedSources';
import { Progress } from './progress';
import { RunRecord, type SystemIds } from './runRecord';

export interface SyncResult {
  readonly runId: string;
  readonly status: RunStatus;
  /** By source, of every row; empty where the request does not want them. */
  readonly outcomes: readonly (readonly RowOutcome[])[];
}

/** What the runs of an engine have in common. */
export interface RunEnvironment {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly chunkSize: number;
  readonly lookahead: LookaheadSetting;
  expectationsOf(source: PreparedSource): Expectations;
  warn(problem: Problem, runId: string): void;
}

/** A request, and what its options or the caller made its policy. */
export interface RunRequest extends SyncRequest {
  readonly policy: SyncPolicy;
}

export class Run {
  readonly record: RunRecord;
  private current: Progress;

  constructor(
    readonly environment: RunEnvironment,
    readonly request: RunRequest,
    readonly sources: readonly PreparedSource[],
    /** Names of the models that the run locks. */
    readonly models: readonly string[],
    readonly active: ActiveRun,
  ) {
    const { database } = environment;
    const warn = (problem: Problem): void => environment.warn(problem, active.started.id);
    this.record = new RunRecord(database, active, sources, warn);
    this.current = this.newProgress();
  }

  get progress(): Progress {
    return this.current;
  }

  /** Forgets all rows that have been read. */
  async startAgain(): Promise<void> {
    await this.discard();
    this.current = this.newProgress();
  }

  /** Ids of all external systems; those of the run are made where they do not exist. */
  async ensureSystems(knex: Knex): Promise<SystemIds> {
    const known = await systemIds(knex);
    const missing = this.sources.filter(({ system }) => !known.has(system));
    const { dialect } = this.environment.database;
    for (const { system } of missing) await ensureSystem(knex, dialect, system, new Date().toISOString());
    return missing.length > 0 ? systemIds(knex) : known;
  }

  result(status: RunStatus): SyncResult {
    return { runId: this.active.started.id, status, outcomes: this.progress.outcomes(status) };
  }

  /** Removes what the run keeps beside memory. */
  discard(): Promise<void> {
    return this.progress.discard();
  }

  private newProgress(): Progress {
    return new Progress(this.environment.database, this.request, this.sources);
  }
}

/** The progress of a run. A transaction that starts again begins with a new one. */
import type { Database } from '../../database';
import { extended } from '../../extended';
import { Spellings } from '../../models';
import { noCounts, type RowOutcome, type RunCounts, type RunStatus } from '../../records';
import { UnindexedLookups } from '../load/unindexedLookups';
import type { PlannedOutcome } from '../plan/operations';
import type { Problem } from '../../problems';
import type { SyncPolicy } from '../policy';
import { headerProblems } from '../read/header';
import { RowReader } from '../read/reader';
import type { SyncRequest } from '../request';
import { CountedKeys } from '../write/countedKeys';
import { CreatedObjects } from './createdObjects';
import type { PreparedSource } from './preparedSources';
import { ProblemGroups } from './problemGroups';
import { SourceReport } from './report';

/** A source, its reader, and the report of its outcomes. */
export interface SourceProgress extends PreparedSource {
  /** The position of the source in the request. */
  readonly index: number;
  readonly reader: RowReader;
  readonly report: SourceReport;
}

export class Progress {
  readonly sources: readonly SourceProgress[];
  readonly reports: readonly SourceReport[];
  readonly groups = new ProblemGroups();
  readonly lookups = new UnindexedLookups();
  readonly countedKeys: CountedKeys;
  /** Null if created objects always stay. */
  private readonly created: CreatedObjects | null;
  private readonly isDryRun: boolean;

  constructor(
    { reader: knex, dialect }: Database,
    { policy, wantOutcomes, options }: SyncRequest & { readonly policy: SyncPolicy },
    prepared: readonly PreparedSource[],
  ) {
    const spellings = new Spellings({ knex, dialect });
    this.sources = prepared.map(({ source, system, model }, index) => {
      const { text, header, file } = source;
      const reader = new RowReader(model, text, header && headerProblems(model, header), spellings);
      const origin = { system, model: model.name, file };
      const report = new SourceReport(origin, this.groups, { policy, wantAll: wantOutcomes });
      return { source, system, model, index, reader, report };
    });
    this.reports = this.sources.map(({ report }) => report);
    this.isDryRun = options.dryRun;
    this.countedKeys = new CountedKeys(dialect, this.isDryRun);
    this.created = policy.atomic || this.isDryRun ? new CreatedObjects() : null;
  }

  /** Adds outcomes of a source's rows in a pass. `isLate`: the rows had to wait for others (R17b). */
  async add(
    { model, report }: SourceProgress,
    pass: number,
    outcomes: readonly PlannedOutcome[],
    isLate: boolean,
  ): Promise<void> {
    this.created?.add(model, outcomes);
    await report.add(pass, outcomes, isLate);
  }

  get hasFailures(): boolean {
    return this.reports.some(({ counts }) => counts.failed > 0);
  }

  get columnProblems(): readonly Problem[] {
    return this.sources.flatMap(({ reader }) => reader.columnProblems);
  }

  /** The counts of a source's rows, including warnings about its columns (R16). */
  countsOf(index: number): RunCounts {
    const source = this.sources[index];
    const counts = source?.report.counts ?? noCounts();
    return extended(counts, { warnings: counts.warnings + (source?.reader.columnProblems.length ?? 0) });
  }

  /**
   * An outcome after the end of the run. If the run is undone, the outcome names no object that the run created (R42,
   * R43).
   */
  asLeft({ model }: PreparedSource, status: RunStatus, outcome: RowOutcome): RowOutcome {
    const isUndone = this.isDryRun || status === 'ROLLED_BACK';
    return isUndone && this.created ? this.created.withoutThem(model, outcome) : outcome;
  }

  /** Outcomes by source, after the end of the run. */
  outcomes(status: RunStatus): RowOutcome[][] {
    return this.sources.map((source) => source.report.outcomes.map((outcome) => this.asLeft(source, status, outcome)));
  }

  /** Removes temporary files. */
  async discard(): Promise<void> {
    for (const report of this.reports) await report.remove();
  }
}

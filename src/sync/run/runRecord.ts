/** A run's entries in the run tables: its outcomes, and its end. */
import type { Knex } from 'knex';
import type { Database } from '../../database';
import {
  finishRun,
  insertOutcomes,
  recordedOutcomes,
  recordSystems,
  type RowOutcome,
  type RunStatus,
  runState,
  systemIds,
} from '../../records';
import type { Problem } from '../../problems';
import { during } from '../observer';
import type { ActiveRun } from './activeRun';
import { commitObserved } from './commitObserved';
import type { PreparedSource } from './preparedSources';
import type { Progress, SourceProgress } from './progress';
import { isUnfinished } from './runStatus';

const OUTCOMES_PER_STATEMENT = 1000;

/** Ids of external systems by name. */
export type SystemIds = ReadonlyMap<string, number>;

export class RunRecord {
  constructor(
    private readonly database: Database,
    private readonly active: ActiveRun,
    private readonly sources: readonly PreparedSource[],
    /** Called with each problem that an operator of the database can solve. */
    private readonly warn: (problem: Problem) => void,
  ) {}

  /** Records outcomes of a source, by its position in the request. */
  outcomes(trx: Knex.Transaction, source: number, outcomes: readonly RowOutcome[]): Promise<void> {
    return insertOutcomes(trx, this.database.dialect, { ids: [this.sourceId(source)] }, [outcomes]);
  }

  /** Records the systems of the run's sources before the run ends. */
  systems(knex: Knex, ids: SystemIds): Promise<void> {
    return recordSystems(knex, this.sourceSystems(ids));
  }

  /** Reads outcomes back before a rollback deletes them. */
  async takeBack(trx: Knex.Transaction, { sources }: Progress): Promise<void> {
    for (const { index, report } of sources) await report.takeBack(recordedOutcomes(trx, this.sourceId(index)));
  }

  /** Records the outcomes that are not in the database yet, and the end of the run. */
  end(trx: Knex.Transaction, progress: Progress, status: RunStatus, ids: SystemIds): Promise<void> {
    return during(this.active.watcher, 'record', null, async () => {
      for (const source of progress.sources) await this.rest(trx, progress, source, status);
      await this.finish(trx, progress, status, ids);
    });
  }

  /** Does the same in a transaction of its own. */
  async endAlone(progress: Progress, status: RunStatus): Promise<void> {
    const work = (trx: Knex.Transaction): Promise<void> =>
      systemIds(trx, this.database.dialect).then((ids) => this.end(trx, progress, status, ids));
    await commitObserved(this.database, this.active.watcher, work, () => this.hasEnded(status));
  }

  /** Whether the database contains the end of the run. */
  async hasEnded(status: RunStatus): Promise<boolean> {
    return (await runState(this.database.knex, this.active.started.id))?.status === status;
  }

  private async rest(
    trx: Knex.Transaction,
    progress: Progress,
    source: SourceProgress,
    status: RunStatus,
  ): Promise<void> {
    const { index, report } = source;
    await report.join();
    let batch: RowOutcome[] = [];
    for await (const outcome of report.unrecorded()) {
      batch.push(progress.asLeft(source, status, outcome));
      if (batch.length < OUTCOMES_PER_STATEMENT) continue;
      await this.outcomes(trx, index, batch);
      batch = [];
    }
    await this.outcomes(trx, index, batch);
  }

  private async finish(trx: Knex.Transaction, progress: Progress, status: RunStatus, ids: SystemIds): Promise<void> {
    const unindexed = await progress.lookups.problems(trx);
    unindexed.forEach(this.warn);
    const end = {
      status,
      problems: [...progress.columnProblems, ...unindexed],
      problemGroups: progress.groups.list(),
      sources: this.sourceSystems(ids).map((source, index) => ({
        ...source,
        // Counts of unfinished runs are recorded chunk by chunk.
        counts: isUnfinished(status) ? null : progress.countsOf(index),
      })),
    };
    await finishRun(trx, this.database.dialect, this.active.started, end, new Date().toISOString());
  }

  private sourceId(index: number): string {
    return this.active.started.sourceIds[index] ?? '';
  }

  private sourceSystems(ids: SystemIds): { id: string; systemId: number | null }[] {
    return this.sources.map(({ system }, index) => ({ id: this.sourceId(index), systemId: ids.get(system) ?? null }));
  }
}

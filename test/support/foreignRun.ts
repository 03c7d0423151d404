/** A run of tags by another process, as far as its records show it. */
import type { Database } from '../../src/database';
import {
  beginReporting,
  endReporting,
  finishRun,
  noCounts,
  reportAgain,
  type RunPhase,
  type RunStatus,
  startRun,
} from '../../src/records';

export interface ForeignRun {
  readonly id: string;
  /** Reports rows that created their tags, of 10 in total. */
  report(phase: RunPhase, rowsDone: number): Promise<void>;
  /** Ends the run, which has created all of its tags, except those of failed rows. */
  finish(status?: RunStatus, failed?: number): Promise<void>;
}

const ROWS = 10;

export async function foreignRun(database: Database, startedBy: string | null = null): Promise<ForeignRun> {
  const source = { systemName: 'HR', model: 'Tag', file: 'tags.csv' };
  const started = await startRun(database, { dryRun: false, startedBy, sources: [source] }, new Date().toISOString());
  const countsOf = (rows: number) => ({ ...noCounts(), rows, created: rows });
  let isReported = false;
  return {
    id: started.id,
    async report(phase, rowsDone) {
      const progress = { phase, rowsDone, rowsTotal: ROWS, rowsPerSecond: null };
      const report = { progress, counts: [countsOf(rowsDone)] };
      if (isReported) await reportAgain(database, started, report);
      else await beginReporting(database, started, report);
      isReported = true;
    },
    async finish(status = 'COMPLETED', failed = 0) {
      const [id = ''] = started.sourceIds;
      await finishRun(
        database.knex,
        database.dialect,
        started,
        {
          status,
          problems: [],
          problemGroups: [],
          sources: [{ id, systemId: null, counts: { ...countsOf(ROWS), created: ROWS - failed, failed } }],
        },
        new Date().toISOString(),
      );
      await endReporting(database, { id: started.id });
    },
  };
}

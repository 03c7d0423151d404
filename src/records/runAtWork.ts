/** Which run other runs wait for. */
import type { Database } from '../database';
import { type LiveRuns, reportsOf } from './progress';
import { RUNS_TABLE, SOURCES_TABLE } from './runs';

interface RunAtWork {
  readonly id: string;
  readonly model: string;
}

/** A run of any process that works on one of the models; null if none is known. A run that began in the last second may not be known. */
export async function runAtWork(
  database: Database,
  live: LiveRuns,
  models: readonly string[],
): Promise<RunAtWork | null> {
  const rows = (await database
    .reader(SOURCES_TABLE)
    .join(RUNS_TABLE, `${RUNS_TABLE}.id`, 'run_id')
    .where({ status: 'RUNNING' })
    .whereIn('model', models as string[])
    .orderBy('run_id')
    .select('run_id', 'model')) as { run_id: unknown; model: string }[];
  const running = rows.map(({ run_id, model }) => ({ id: String(run_id), model }));
  const reports = await reportsOf(database, [...new Set(running.map(({ id }) => id))]);
  const isAtWork = ({ id }: RunAtWork): boolean => {
    const phase = (live.find(id)?.report() ?? reports.get(id))?.progress.phase;
    return phase !== undefined && phase !== 'WAITING';
  };
  return running.find(isAtWork) ?? null;
}

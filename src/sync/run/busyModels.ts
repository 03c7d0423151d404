/** Why a run cannot have its models. */
import type { Database } from '../../database';
import { CallError } from '../../errors';
import { type LiveRuns, runAtWork } from '../../records';
import { listed } from '../../wording';

/** RUN_BUSY, which names the run that works on the models if one is known. */
export async function busyModels(database: Database, live: LiveRuns, models: readonly string[]): Promise<CallError> {
  const found = await runAtWork(database, live, models).catch(() => null);
  const [subject, verb] = found ? [`Model ${found.model}`, 'is'] : models.length > 1 ? [`Models ${listed(models)}`, 'are'] : [`Model ${models.join()}`, 'is']; // prettier-ignore
  const why = found ? `, because run ${found.id} works on it` : '';
  return new CallError(
    'RUN_BUSY',
    `${subject} ${verb} not free${why}. The call waited for maxWaitSeconds, and nothing was synced. Repeat the call later.`,
  );
}

/** Stops a run, in any process. */
import { setTimeout } from 'node:timers/promises';
import { type Database, retrying } from '../database';
import { CallError } from '../errors';
import { deadRuns, endReporting, type LiveRuns, requestCancel } from './progress';
import { removeEndedCall } from './runJobs';
import { RUNS_TABLE, runState } from './runs';
import { TIMESTAMP } from './tables';

const BETWEEN_LOOKS = 100;
const LOOKS = 50;

/**
 * Asks a run to stop between two chunks, and waits a few seconds until the run has ended. Throws RUN_NOT_FOUND or
 * RUN_ALREADY_FINISHED.
 */
export async function cancelRun(database: Database, live: LiveRuns, id: string): Promise<void> {
  const run = /^\d{1,18}$/.test(id) ? await runState(database.reader, id) : undefined;
  if (!run) throw new CallError('RUN_NOT_FOUND', `There is no run ${id}.`);
  const own = live.find(id);
  if (run.status === 'QUEUED' && (await cancelQueued(database, String(Number(id))))) return;
  const isDead = !own && (await deadRuns(database)).some((dead) => dead.id === String(Number(id)) && !dead.returns);
  const status = isDead ? 'INTERRUPTED' : run.status;
  if (status !== 'RUNNING' && status !== 'QUEUED')
    throw new CallError('RUN_ALREADY_FINISHED', `Run ${id} cannot be stopped: its status is already ${status}.`);
  if (own) own.cancel();
  else await requestCancel(database, { id, attempt: run.attempt });
  for (let look = 0; look < LOOKS; look += 1) {
    const now = (await runState(database.reader, id))?.status;
    if (now === 'RUNNING' || now === 'QUEUED') await setTimeout(BETWEEN_LOOKS);
    // A run that ended by itself may not have seen the request.
    else return own ? undefined : endReporting(database, { id });
  }
}

/** Ends a run that waits in the queue. Returns false if it does not wait any more. */
async function cancelQueued(database: Database, id: string): Promise<boolean> {
  const { knex, dialect } = database;
  const ended = {
    status: 'CANCELLED',
    attempt: knex.raw('attempt + 1'),
    finished_at: dialect.bind(TIMESTAMP, new Date().toISOString()),
  };
  const cancelled = await retrying(dialect, () => knex(RUNS_TABLE).where({ id, status: 'QUEUED' }).update(ended));
  if (cancelled > 0) await removeEndedCall(database, id);
  return cancelled > 0;
}

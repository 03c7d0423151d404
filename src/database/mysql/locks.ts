/** Work that excludes other processes, and the start of a sync. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { CallError } from '../../errors';
import type { Dialect } from '../dialect';
import { nativeError, sentenceOf } from '../nativeError';
import { type Guard, guarded } from './client';
import { explainFailure } from './failures';
import { Lease } from './lease';

const ALONE_WAIT_SECONDS = 600;
const POLL_MILLISECONDS = 250;

/**
 * Errors of a schema change that was already made: a table, column, key or row exists already, or is already gone. A foreign key that exists has
 * an unspecific number.
 */
const ALREADY_MADE: ReadonlySet<number> = new Set([1050, 1051, 1060, 1061, 1062, 1068, 1091, 1826]);
const EXISTING_FOREIGN_KEY = /errno: 121\b/;

const isAlreadyMade = (error: unknown): boolean =>
  ALREADY_MADE.has(nativeError<{ errno: number }>(error).errno ?? 0) || EXISTING_FOREIGN_KEY.test(sentenceOf(error));

async function take(knex: Knex): Promise<Lease> {
  const lease = new Lease(knex, 'alone');
  const deadline = performance.now() + ALONE_WAIT_SECONDS * 1000;
  while (!(await takeOrRelease(lease))) {
    if (performance.now() > deadline)
      throw new CallError(
        'DATABASE_LOCKED',
        'Another process has been changing the tables for 10 minutes. Wait until it has ended, then try again.',
      );
    await sleep(POLL_MILLISECONDS);
  }
  return lease;
}

/** If the answer of the database is lost, the lease may be taken nevertheless. */
async function takeOrRelease(lease: Lease): Promise<boolean> {
  try {
    return await lease.take();
  } catch (error) {
    await lease.release(false);
    throw error;
  }
}

/**
 * A schema change is a transaction of its own here, so no transaction can protect several of them. A process that was paused for too long loses
 * the lease: its next statement fails, and callers try again. The work of a process that died is resumed: changes that it has made are skipped.
 */
export const alone: Dialect['alone'] = async (knex, work) => {
  const lease = await take(knex);
  const guard: Guard = {
    beforeStatement: () => lease.renew(),
    isHarmless: (error) => lease.resumes && isAlreadyMade(error),
  };
  let isFinished = false;
  try {
    const result = await work(guarded(knex, guard));
    isFinished = true;
    return result;
  } catch (error) {
    // Throws LeaseLost, which is retried, instead of an error that the new owner of the lease may have caused.
    await lease.renew();
    isFinished = explainFailure(error)?.kind !== 'outage';
    throw error;
  } finally {
    await lease.release(isFinished);
  }
};

/** A sync needs no statement before its own. */
export const beginSync: Dialect['beginSync'] = () => Promise.resolve();

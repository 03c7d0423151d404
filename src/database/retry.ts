/** Again, after a deadlock or a lost connection (R44). */
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Knex } from 'knex';
import type { Dialect } from './dialect';
import type { Database } from './database';
import { type Outage, OUTAGES } from './outages';
import { readTimeoutOf } from './readTimeout';

/** At least so many, however long they take: two that collide may do so several times. */
const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1000;

const CHANNEL = 'graphql-nsync:retry';
const RETRIES = channel(CHANNEL);

/** Listens to each time that work is about to be done again in this process, with the reason. Ends when the returned function is called. */
export function onRetry(listen: (outage: Outage) => void): () => void {
  const hear = (outage: unknown): void => listen(outage as Outage);
  subscribe(CHANNEL, hear);
  return () => void unsubscribe(CHANNEL, hear);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The failure that the same work may not meet again; null for any other error. */
export function transientOutage(dialect: Dialect, error: unknown): Outage | null {
  if (readTimeoutOf(error)) return null;
  const failure = dialect.explainFailure(error);
  return failure?.kind === 'outage' && OUTAGES[failure.outage].patienceSeconds > 0 ? failure.outage : null;
}

/** Errors that were waited for in vain: work within other work is not tried again by both. */
const givenUp = new WeakSet<object>();

/** Runs the work until it succeeds, fails for another reason, or has been tried for as long as its outage deserves. */
export async function retrying<T>(dialect: Dialect, work: (attempt: number) => Promise<T>): Promise<T> {
  const deadlines = new Map<Outage, number>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      const outage = givenUp.has(error as object) ? null : transientOutage(dialect, error);
      if (!outage) throw error;
      const now = performance.now();
      const deadline = deadlines.get(outage) ?? now + OUTAGES[outage].patienceSeconds * 1000;
      deadlines.set(outage, deadline);
      if (attempt >= ATTEMPTS && now >= deadline) {
        givenUp.add(error as object);
        throw error;
      }
      RETRIES.publish(outage);
      const longest = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_MILLISECONDS);
      // Apart by chance, so that two that collided do not collide again.
      await pause(longest * (0.5 + Math.random()));
    }
  }
}

/** Reads, and again after a lost connection; within a transaction whoever began it begins again. */
export function rereading<T>(knex: Knex, dialect: Dialect, read: () => Promise<T>): Promise<T> {
  return knex.isTransaction ? read() : retrying(dialect, read);
}

/** Begins a transaction that whoever asked for it must end. */
export async function beginTransaction(knex: Knex): Promise<Knex.Transaction> {
  const trx = await knex.transaction();
  // Where the connection is lost while it begins, knex gives one that has ended already.
  if (trx.isCompleted()) await trx.executionPromise;
  return trx;
}

/**
 * Runs the work in a transaction. What fails is the work's own error: knex would throw that of the ROLLBACK, which fails as
 * well where the database has ended the transaction already.
 */
export async function inTransaction<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
  let failure: { readonly error: unknown } | undefined;
  try {
    return await knex.transaction(async (trx) => {
      try {
        return await work(trx);
      } catch (error) {
        failure = { error };
        throw error;
      }
    });
  } catch (error) {
    throw failure ? failure.error : error;
  }
}

/**
 * Runs a transaction until it is known to be committed. Where the connection goes away during the commit, `isCommitted`
 * tells whether the work is in the database.
 */
export async function committing<T>(
  { knex, dialect }: Database,
  work: (trx: Knex.Transaction) => Promise<T>,
  isCommitted: (value: T) => Promise<boolean>,
): Promise<T> {
  return retrying(dialect, async () => {
    let done: { readonly value: T } | undefined;
    try {
      await inTransaction(knex, async (trx) => {
        done = { value: await work(trx) };
      });
    } catch (error) {
      if (!done || !transientOutage(dialect, error)) throw error;
      const { value } = done;
      if (!(await retrying(dialect, () => isCommitted(value)))) throw error;
    }
    if (!done) throw new Error('a transaction ended without a result');
    return done.value;
  });
}

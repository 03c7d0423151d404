/** Retries after a deadlock or a lost connection (R44). */
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Knex } from 'knex';
import type { Dialect } from './dialect';
import type { Database } from './database';
import { type Outage, OUTAGES } from './outages';
import { readTimeoutOf } from './readTimeout';

/** The least number of failures of a kind, however long they take: two colliding transactions may collide several times. */
const ATTEMPTS = 8;
const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1000;

const CHANNEL = 'graphql-nsync:retry';
const RETRIES = channel(CHANNEL);

/** Calls `listen` with the reason before each retry in this process. The returned function stops it. */
export function onRetry(listen: (outage: Outage) => void): () => void {
  const hear = (outage: unknown): void => listen(outage as Outage);
  subscribe(CHANNEL, hear);
  return () => void unsubscribe(CHANNEL, hear);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The outage, if the same work may succeed when it is repeated; null for any other error. */
export function transientOutage(dialect: Dialect, error: unknown): Outage | null {
  if (readTimeoutOf(error)) return null;
  const failure = dialect.explainFailure(error);
  return failure?.kind === 'outage' && OUTAGES[failure.outage].patienceSeconds > 0 ? failure.outage : null;
}

/** Errors whose retries are used up. Nested work is not retried on both levels. */
const givenUp = new WeakSet<object>();

/** Repeats work until it succeeds, fails for another reason, or has been tried for `patienceSeconds` of its outage. */
export async function retrying<T>(dialect: Dialect, work: (attempt: number) => Promise<T>): Promise<T> {
  const failures = new Map<Outage, { count: number; readonly deadline: number }>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      const outage = givenUp.has(error as object) ? null : transientOutage(dialect, error);
      if (!outage) throw error;
      const now = performance.now();
      const failed = failures.get(outage) ?? { count: 0, deadline: now + OUTAGES[outage].patienceSeconds * 1000 };
      failures.set(outage, failed);
      failed.count += 1;
      if (failed.count >= ATTEMPTS && now >= failed.deadline) {
        givenUp.add(error as object);
        throw error;
      }
      RETRIES.publish(outage);
      const longest = Math.min(FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_MILLISECONDS);
      // A random pause, so that two colliding transactions do not collide again.
      await pause(longest * (0.5 + Math.random()));
    }
  }
}

/** Repeats a read after a lost connection. Within a transaction, the caller that began it has to repeat the whole transaction. */
export function rereading<T>(knex: Knex, dialect: Dialect, read: () => Promise<T>): Promise<T> {
  return knex.isTransaction ? read() : retrying(dialect, read);
}

/** Begins a transaction that the caller must end. */
export async function beginTransaction(knex: Knex): Promise<Knex.Transaction> {
  const trx = await knex.transaction();
  // If the connection is lost while the transaction begins, knex returns a transaction that has already ended.
  if (trx.isCompleted()) await trx.executionPromise;
  return trx;
}

/**
 * Runs the work in a transaction. Throws the work's own error: knex would throw that of the ROLLBACK, which also fails if the database has already
 * ended the transaction.
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
 * Repeats a transaction until it is known to be committed. If the connection is lost during the commit, `isCommitted` tells whether the work was
 * stored.
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

/** Locks between processes, and the start of a sync. */
import { answerOf } from '../answer';
import type { Dialect } from '../dialect';
import { inTransaction } from '../retry';

/** Any number that other applications on the database are unlikely to use. */
const ALONE_LOCK = 0x6e73796e;

export const alone: Dialect['alone'] = (knex, work) =>
  inTransaction(knex, async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(?)', [ALONE_LOCK]);
    return work(trx);
  });

/**
 * A violation of a deferred constraint could not be attributed to a row, so all constraints are immediate. Index lookups are enforced, because the
 * planner has no statistics of the transaction's own writes and prefers full scans.
 */
export const beginSync: Dialect['beginSync'] = async (trx) => {
  await answerOf(trx, 'SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL enable_seqscan = off; SET LOCAL jit = off');
};

/** Work that no other process does meanwhile, and the beginning of a sync. */
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
 * A constraint that waits for the commit could not be attributed to a row. What is looked up by an index is to be so even where the
 * database, which has not analysed what this transaction writes, would rather read a table as a whole.
 */
export const beginSync: Dialect['beginSync'] = async (trx) => {
  await trx.raw('SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL enable_seqscan = off; SET LOCAL jit = off');
};

/** Locks between processes, and the start of a sync. */
import type { Dialect } from '../dialect';
import { inTransaction } from '../retry';

/** If two transactions write, one fails as busy. */
export const alone: Dialect['alone'] = (knex, work) => inTransaction(knex, work);

/** The first statement writes, so that the transaction has the write lock before it reads. */
export const beginSync: Dialect['beginSync'] = async (trx) => {
  await trx('nsync_locks').where({ model: '' }).update({ model: '' });
};

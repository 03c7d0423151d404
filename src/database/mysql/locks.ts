/** Work that no other process does meanwhile, and the beginning of a sync. */
import type { Dialect } from '../dialect';
import { inTransaction } from '../retry';
import { MOST_IDLE_SECONDS } from './connections';

const ALONE_WAIT_SECONDS = 600;

/** A connection that holds a lock for the work of others is idle meanwhile. */
const MOST_ALONE_SECONDS = 8 * 3600;

/** Changes of tables end a transaction here: the lock is its connection's, and the work has others. */
export const alone: Dialect['alone'] = (knex, work) =>
  inTransaction(knex, async (trx) => {
    await trx.raw(`SET wait_timeout = ${MOST_ALONE_SECONDS}`);
    await trx.raw("SELECT GET_LOCK(CONCAT('nsync:', SHA2(DATABASE(), 224)), ?)", [ALONE_WAIT_SECONDS]);
    try {
      return await work(knex);
    } finally {
      await trx.raw("SELECT RELEASE_LOCK(CONCAT('nsync:', SHA2(DATABASE(), 224)))");
      await trx.raw(`SET wait_timeout = ${MOST_IDLE_SECONDS}`);
    }
  });

/** A sync needs no statement before its own. */
export const beginSync: Dialect['beginSync'] = () => Promise.resolve();

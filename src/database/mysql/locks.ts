/** Locks between processes, and the start of a sync. */
import type { Dialect } from '../dialect';
import { inTransaction } from '../retry';
import { MOST_IDLE_SECONDS } from './connections';

const ALONE_WAIT_SECONDS = 600;

/** A connection that holds the lock is idle while other connections do the work. */
const MOST_ALONE_SECONDS = 8 * 3600;

/** Schema changes end a transaction here, so a separate connection holds the lock. */
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

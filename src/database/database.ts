/** A database, with all its connections. */
import type { Knex } from 'knex';
import type { Dialect } from './dialect';

export interface Database {
  readonly dialect: Dialect;
  /** For syncs and migrations. On SQLite, this is the only connection that writes. */
  readonly knex: Knex;
  /** For everything that only reads. Reads never wait for a sync. */
  readonly reader: Knex;
  /** Like `reader`, for callers' queries. A read that takes too long fails with READ_TIMEOUT. */
  readonly timedReader: Knex;
  /** For the progress of runs: a connection that neither a run's transaction nor a long query can occupy. */
  readonly monitor: Knex;
  readonly close: () => Promise<void>;
}

/** A database, by all its connections. */
import type { Knex } from 'knex';
import type { Dialect } from './dialect';

export interface Database {
  readonly dialect: Dialect;
  /** For syncs and migrations. On SQLite it has the one connection that writes. */
  readonly knex: Knex;
  /** For everything that only reads, never waiting for a sync. */
  readonly reader: Knex;
  /** As `reader`, for what callers ask: a read that takes too long fails as READ_TIMEOUT. */
  readonly timedReader: Knex;
  /** For the progress of runs: a connection that no run's transaction and no long query can take. */
  readonly monitor: Knex;
  readonly close: () => Promise<void>;
}

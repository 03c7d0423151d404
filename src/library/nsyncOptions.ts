/** Options of `createNsync`. */
import type { Knex } from 'knex';
import type { ServiceLimits } from '../api';
import type { Model } from '../models';
import type { Authorize } from './graphql';

export interface NsyncOptions {
  /**
   * The application's own instance, with mysql2, pg or better-sqlite3. nsync opens its own connections with the same settings, and does not use the
   * instance's pool.
   */
  readonly knex?: Knex;
  /** A URL instead of `knex`: `sqlite:PATH`, `mysql://…`, `mariadb://…`, `postgres://…`. */
  readonly database?: string;
  /** Objection classes, as a list or as the exports of a module. Default: every table with a primary key is a model. */
  readonly models?: readonly Model['objection'][] | Readonly<Record<string, unknown>>;
  /** Globs over `table.column` that match binary columns with UTF-8 text. Other binary columns accept `base64:…` and `hex:…`. */
  readonly textColumns?: readonly string[];
  /** Whether nsync's own tables are created and migrated. Default: true. If false, call `migrate` once. */
  readonly migrate?: boolean;
  /**
   * Returns who sends an operation to `schema`, from the context of the application's server. Default: every operation is allowed. The methods of
   * Nsync are always allowed.
   */
  readonly authorize?: Authorize;
  /** Limits for clients of `schema`. 0 means no limit. `sync` has no limits. */
  readonly limits?: Partial<ServiceLimits>;
}

/** What nsync is told when an application makes it. */
import type { Knex } from 'knex';
import type { ServiceLimits } from '../api';
import type { Model } from '../models';
import type { Authorize } from './graphql';

export interface NsyncOptions {
  /**
   * The application's own instance, of mysql2, pg or better-sqlite3. Its connection settings are used, on connections of
   * nsync's own: its pool stays the application's.
   */
  readonly knex?: Knex;
  /** In place of `knex`: `sqlite:PATH`, `mysql://…`, `mariadb://…`, `postgres://…`. */
  readonly database?: string;
  /** Objection classes, in a list or as a module exports them; without any every table with a primary key is a model. */
  readonly models?: readonly Model['objection'][] | Readonly<Record<string, unknown>>;
  /** Globs over `table.column` of binary columns whose values are text in UTF-8; others take `base64:…` and `hex:…`. */
  readonly textColumns?: readonly string[];
  /** Makes nsync's own tables, or brings them up to date (true). Otherwise `migrate` has to be called once. */
  readonly migrate?: boolean;
  /**
   * Who sends an operation to `schema`, from the context of the application's server. Without it every operation may do everything.
   * The methods below are the application's own, and may always do everything.
   */
  readonly authorize?: Authorize;
  /** What clients of `schema` may send; 0 is no limit. `sync` knows none. */
  readonly limits?: Partial<ServiceLimits>;
}

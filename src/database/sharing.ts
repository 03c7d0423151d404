/** The database of an application's own knex, which is asked for its settings and nothing else. */
import type { Knex } from 'knex';
import type { Dialect } from './dialect';
import { mysql } from './mysql';
import { connectDatabase, type Database } from './open';
import { postgres } from './postgres';
import type { ConnectionHook, ConnectionSettings } from './settings';
import { sqlite } from './sqlite';

/** Its connections are not those of better-sqlite3. */
const OTHER_DRIVER = 'sqlite3';

/** By what knex calls the driver. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  'better-sqlite3': sqlite,
  [OTHER_DRIVER]: sqlite,
  mysql,
  mysql2: mysql,
  pg: postgres,
};

/** What knex's typings do not say of a client. */
interface KnexClient {
  readonly driverName?: string;
  readonly config: Knex.Config;
  /** Undefined where the configuration is a function. */
  readonly connectionSettings?: object;
}

function settingsOf({ driverName, config, connectionSettings }: KnexClient): ConnectionSettings {
  const { connection, searchPath, pool } = config;
  return {
    connection: typeof connection === 'function' ? (connection as () => object) : (connectionSettings ?? {}),
    searchPath,
    afterCreate: driverName === OTHER_DRIVER ? undefined : (pool?.afterCreate as ConnectionHook | undefined),
  };
}

function assertUsable(knex: Knex, { driverName, config }: KnexClient): Dialect {
  if (knex.isTransaction)
    throw new Error('knex is a transaction. Pass the knex instance itself, because a sync starts its own transactions');
  const dialect = DIALECTS[driverName ?? ''];
  if (!dialect)
    throw new Error(
      `knex has the client "${driverName}", which nsync does not support. Use mysql2, pg or better-sqlite3`,
    );
  if (config.wrapIdentifier)
    throw new Error(
      'knex renames identifiers (wrapIdentifier, knexSnakeCaseMappers), but nsync requires the names of the database. Rename in the models instead (columnNameMappers, snakeCaseMappers)',
    );
  if (!config.connection) throw new Error('knex has no connection settings');
  return dialect;
}

/** Whether something is a knex instance, of whichever copy of knex. */
export const isKnex = (value: unknown): value is Knex =>
  typeof value === 'function' && typeof (value as Partial<Knex>).raw === 'function' && 'client' in value;

/**
 * Opens connections of nsync's own to the database of an application's knex: an application reads dates and numbers as it
 * likes, and leaves its sessions as it likes. Throws an Error with a message of one line where that cannot be done.
 */
export function shareDatabase(knex: Knex): Database {
  const client = knex.client as KnexClient;
  const dialect = assertUsable(knex, client);
  return connectDatabase(dialect, settingsOf(client));
}

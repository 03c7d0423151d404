/** Reads the connection settings of an application's knex instance. The instance is not used for anything else. */
import type { Knex } from 'knex';
import type { Database } from './database';
import type { Dialect } from './dialect';
import { dialectOf } from './dialects';
import { connectDatabase } from './open';
import type { ConnectionHook, ConnectionSettings } from './settings';

/** Members of a client that knex's typings lack. */
interface KnexClient {
  readonly driverName?: string;
  readonly config: Knex.Config;
  /** Undefined if the configuration is a function. */
  readonly connectionSettings?: object;
}

function settingsOf({ knexDrivers }: Dialect, client: KnexClient): ConnectionSettings {
  const { driverName, config, connectionSettings } = client;
  const { connection, searchPath, pool } = config;
  const driver = knexDrivers.find(({ name }) => name === driverName);
  return {
    connection: typeof connection === 'function' ? (connection as () => object) : (connectionSettings ?? {}),
    searchPath,
    afterCreate: driver?.hasOtherConnections ? undefined : (pool?.afterCreate as ConnectionHook | undefined),
  };
}

function usableDialect(knex: Knex, { config }: KnexClient): Dialect {
  if (knex.isTransaction)
    throw new Error('knex is a transaction. Pass the knex instance itself, because a sync starts its own transactions');
  const dialect = dialectOf(knex);
  if (config.wrapIdentifier)
    throw new Error(
      'knex renames identifiers (wrapIdentifier, knexSnakeCaseMappers), but nsync requires the names of the database. Rename in the models instead (columnNameMappers, snakeCaseMappers)',
    );
  if (!config.connection) throw new Error('knex has no connection settings');
  return dialect;
}

/** Whether a value is a knex instance, of any copy of knex. */
export const isKnex = (value: unknown): value is Knex =>
  typeof value === 'function' && typeof (value as Partial<Knex>).raw === 'function' && 'client' in value;

/**
 * Opens nsync's own connections to the database of an application's knex instance, because an application may have its own date and number parsers
 * and session settings. Throws an Error with a one-line message if the database cannot be shared.
 */
export function shareDatabase(knex: Knex): Database {
  const client = knex.client as KnexClient;
  const dialect = usableDialect(knex, client);
  return connectDatabase(dialect, settingsOf(dialect, client));
}

/** The database of an application's own knex, which is asked for its settings and nothing else. */
import type { Knex } from 'knex';
import type { Database } from './database';
import type { Dialect } from './dialect';
import { dialectOf } from './dialects';
import { connectDatabase } from './open';
import type { ConnectionHook, ConnectionSettings } from './settings';

/** What knex's typings do not say of a client. */
interface KnexClient {
  readonly driverName?: string;
  readonly config: Knex.Config;
  /** Undefined where the configuration is a function. */
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

/** Whether something is a knex instance, of whichever copy of knex. */
export const isKnex = (value: unknown): value is Knex =>
  typeof value === 'function' && typeof (value as Partial<Knex>).raw === 'function' && 'client' in value;

/**
 * Opens connections of nsync's own to the database of an application's knex: an application reads dates and numbers as it
 * likes, and leaves its sessions as it likes. Throws an Error with a message of one line where that cannot be done.
 */
export function shareDatabase(knex: Knex): Database {
  const client = knex.client as KnexClient;
  const dialect = usableDialect(knex, client);
  return connectDatabase(dialect, settingsOf(dialect, client));
}

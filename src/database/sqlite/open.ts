/** Opens SQLite databases: each connection in a thread of its own. */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/better-sqlite3';
import { connectKnex } from '../knexClient';
import { afterCreate, type ConnectionSettings } from '../settings';
import { setUp } from './statements';
import { threadClient } from './threadClient';
import { ThreadConnection } from './threadConnection';
import { explainSqliteFailure } from './failures';

const LONGEST_WAIT_FOR_CONNECTION = 10 * 60_000;

/** What knex has of an application's file; its other options are about values. */
interface SqliteConnection {
  readonly filename?: string;
  readonly options?: { readonly nativeBinding?: string };
}

const isClean = (connection: ThreadConnection | Database.Database): boolean =>
  connection instanceof ThreadConnection ? connection.isClean : !connection.inTransaction;

/** Throws an Error where each connection would have a database of its own, or another. */
function fileOf({ filename, options }: SqliteConnection, suffix: string): Knex.BetterSqlite3ConnectionConfig {
  if (!filename || /^(:memory:|file:)/.test(filename))
    throw new Error(
      `the SQLite database "${filename ?? ''}" cannot be shared by several connections. Use the path of a file`,
    );
  return { filename: filename + suffix, options: { nativeBinding: options?.nativeBinding } };
}

/** Throws an Error with a message of one line where the settings cannot be. `suffix` names a file beside the database. */
export function openSqlite(settings: ConnectionSettings, connections: number, suffix = ''): Knex {
  const { connection } = settings;
  // A hook is promised a connection of better-sqlite3, which cannot leave its thread: such connections stay in this one.
  const hook = settings.afterCreate
    ? afterCreate<Database.Database>(settings, (database, done) => {
        try {
          setUp(database);
          done(null, database);
        } catch (error) {
          done(error as Error, database);
        }
      })
    : undefined;
  const config: Knex.Config = {
    connection:
      typeof connection === 'function'
        ? async () => fileOf((await connection()) as SqliteConnection, suffix)
        : fileOf(connection as SqliteConnection, suffix),
    useNullAsDefault: true,
    acquireConnectionTimeout: LONGEST_WAIT_FOR_CONNECTION,
    pool: { min: 0, max: connections, ...(hook ? { afterCreate: hook } : {}) },
  };
  const rules = { isClean, explainFailure: explainSqliteFailure };
  return connectKnex('better-sqlite3', hook ? client : threadClient(settings), config, rules);
}

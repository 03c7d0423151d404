/** Connections to SQLite, each in a thread of its own: one writes, and others read at the same time (WAL). */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/better-sqlite3';
import { connectKnex, type Driver } from '../knexClient';
import { nameQuoter } from '../quoting';
import { afterCreate, type ConnectionSettings } from '../settings';
import { explainFailure } from './failures';
import { threadClient } from './thread/client';
import { ThreadConnection } from './thread/connection';
import { setUp } from './thread/setUp';

export const filePath = (url: string): string => url.replace(/^sqlite:(?:\/\/)?/i, '');

export const readUrl = (url: string): ConnectionSettings => ({ connection: { filename: filePath(url) } });

export function whyNoDatabase(url: string): string | null {
  const file = filePath(url);
  if (file === '') return 'names no file. Use sqlite:PATH';
  return file.startsWith(':memory:')
    ? 'is not supported, because each connection would have its own database. Use a file'
    : null;
}

const LONGEST_WAIT_FOR_CONNECTION = 10 * 60_000;

/** The part of an application's settings that names the file. Its other options concern values. */
interface SqliteConnection {
  readonly filename?: string;
  readonly options?: { readonly nativeBinding?: string };
}

const isClean = (connection: ThreadConnection | Database.Database): boolean =>
  connection instanceof ThreadConnection ? connection.isClean : !connection.inTransaction;

/** Throws an Error if each connection would have a database of its own, or another one. */
function fileOf({ filename, options }: SqliteConnection, suffix: string): Knex.BetterSqlite3ConnectionConfig {
  if (!filename || /^(:memory:|file:)/.test(filename))
    throw new Error(
      `the SQLite database "${filename ?? ''}" cannot be shared by several connections. Use the path of a file`,
    );
  return { filename: filename + suffix, options: { nativeBinding: options?.nativeBinding } };
}

interface SqliteOptions {
  /** The most connections. */
  readonly connections: number;
  /** The suffix of a second file beside the database. */
  readonly suffix?: string;
  /** Limits each statement, except on connections with a hook. */
  readonly readSeconds?: number;
}

/** Throws an Error with a one-line message if the settings are not usable. */
function open(settings: ConnectionSettings, { connections, suffix = '', readSeconds }: SqliteOptions): Knex {
  const { connection } = settings;
  // A hook expects a better-sqlite3 connection, which cannot move between threads, so these connections stay in this thread.
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
  const driver: Driver = {
    name: 'better-sqlite3',
    client: hook ? client : threadClient(settings, readSeconds),
    quote: nameQuoter('`'),
  };
  return connectKnex(driver, config, { isClean, explainFailure, readSeconds });
}

export const connect = (settings: ConnectionSettings): Knex => open(settings, { connections: 1 });

const READERS = 4;

/** Readers have threads too: most reads are short, but counting a large table's objects scans the whole table. */
export const connectReader = (settings: ConnectionSettings): Knex => open(settings, { connections: READERS });

export const connectTimedReader = (settings: ConnectionSettings, readSeconds: number): Knex =>
  open(settings, { connections: READERS, readSeconds });

/** The file beside the database in which runs record their progress. */
const MONITOR_SUFFIX = '-runs';

export const connectMonitor = ({ connection, readOnly }: ConnectionSettings): Knex =>
  open({ connection, readOnly }, { connections: 1, suffix: MONITOR_SUFFIX });

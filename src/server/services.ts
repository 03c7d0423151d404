/** Creates the services of requests from settings: database, migrations, models, engine. */
import type { Logger } from 'pino';
import { makeServices, type Services } from '../api';
import {
  callErrorOf,
  type Database,
  migrateUp,
  openDatabase,
  OwnTablesError,
  retrying,
  withoutPassword,
} from '../database';
import { loadModels } from './loadModels';
import { type Settings, SettingsError } from './settings';

/** Opens a database like `openDatabase`. Throws SettingsError if no database answers. */
export async function openReachable(url: string, readSeconds = 0, readOnly = false): Promise<Database> {
  const database = open(url, readSeconds, readOnly);
  try {
    await assertReachable(database, url);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

function open(url: string, readSeconds: number, readOnly: boolean): Database {
  try {
    return openDatabase(url, readSeconds, readOnly);
  } catch (error) {
    throw new SettingsError((error as Error).message);
  }
}

/**
 * Throws SettingsError at once for an unreachable server, because the URL may be wrong. Waits for a server that is starting, or has no free
 * connection.
 */
async function assertReachable(database: Database, url: string): Promise<void> {
  const { dialect, knex } = database;
  const unreachable = (error: unknown): SettingsError => {
    const { code, message } = error as { code?: string; message: string };
    return new SettingsError(
      `The database ${withoutPassword(url)} cannot be reached: ${message.split('\n')[0] || code}`,
    );
  };
  try {
    await retrying(dialect, async () => {
      try {
        await knex.raw('SELECT 1');
      } catch (error) {
        const failure = dialect.explainFailure(error);
        throw failure?.kind === 'outage' && failure.outage === 'unreachable' ? unreachable(error) : error;
      }
    });
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    const callError = callErrorOf(dialect, error);
    throw callError && callError.code !== 'DATABASE_UNAVAILABLE'
      ? new SettingsError(callError.message)
      : unreachable(error);
  }
}

/** Opens the database, migrates nsync's own tables and loads the models. Throws SettingsError. The caller closes the database. */
export async function openServices(
  settings: Pick<Settings, 'databaseUrl' | 'models' | 'tables' | 'limits'> &
    Partial<Pick<Settings, 'attempts' | 'idempotencyHours' | 'textColumns' | 'traffic' | 'webhookPrivate'>>,
  log: Logger,
): Promise<Services> {
  const { attempts, idempotencyHours, traffic, webhookPrivate } = settings;
  const database = await openReachable(settings.databaseUrl, traffic?.readSeconds);
  try {
    const migrations = await migrateUp(database);
    if (migrations.length > 0) log.info({ migrations }, 'migrated');
    return await makeServices(
      database,
      settings.limits,
      () => loadModels(database, settings, (message) => log.warn(message)),
      {
        traffic,
        attempts,
        idempotencyHours,
        webhookPrivate,
        warn: ({ code, message }, run) => log.warn({ run, code }, message),
      },
    );
  } catch (error) {
    await database.close();
    if (error instanceof OwnTablesError) throw new SettingsError(`${error.message}.`);
    const callError = callErrorOf(database.dialect, error);
    throw callError ? new SettingsError(callError.message, { cause: error }) : error;
  }
}

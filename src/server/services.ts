/** What requests work with, from settings: database, migrations, models, engine. */
import type { Logger } from 'pino';
import { makeServices, type Services } from '../api';
import { type Database, migrateUp, openDatabase, OwnTablesError, withoutPassword } from '../database';
import { loadModels } from './loadModels';
import { type Settings, SettingsError } from './settings';

/** Opens the database of a URL; throws SettingsError where there is none that answers. */
export async function openReachable(url: string): Promise<Database> {
  const database = open(url);
  try {
    await assertReachable(database, url);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

function open(url: string): Database {
  try {
    return openDatabase(url);
  } catch (error) {
    throw new SettingsError((error as Error).message);
  }
}

async function assertReachable(database: Database, url: string): Promise<void> {
  try {
    await database.knex.raw('SELECT 1');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new SettingsError(
      `The database ${withoutPassword(url)} cannot be reached: ${message.split('\n')[0] || code}`,
    );
  }
}

/**
 * Opens the database, brings nsync's own tables up to date and loads the models. Throws SettingsError; whoever has the
 * services closes their database.
 */
export async function openServices(
  settings: Pick<Settings, 'databaseUrl' | 'models' | 'tables' | 'limits'> & Partial<Pick<Settings, 'textColumns'>>,
  log: Logger,
): Promise<Services> {
  const database = await openReachable(settings.databaseUrl);
  try {
    const migrations = await migrateUp(database);
    if (migrations.length > 0) log.info({ migrations }, 'migrated');
    return await makeServices(
      database,
      settings.limits,
      () => loadModels(database, settings, (message) => log.warn(message)),
      { warn: ({ code, message }, run) => log.warn({ run, code }, message) },
    );
  } catch (error) {
    await database.close();
    throw error instanceof OwnTablesError ? new SettingsError(`${error.message}.`) : error;
  }
}

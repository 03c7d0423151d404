/** Settings of commands that open a database themselves. */
import { existsSync } from 'node:fs';
import { dialectOfUrl } from '../database';
import { withSecretFiles } from '../server/secretFiles';
import { DEMO, DEMO_DATABASE, type Environment, readSettings, type Settings } from '../server/settings';
import { CommandFailure } from './failure';

export interface LocalOptions {
  readonly database?: string;
  readonly models?: string;
  /** The demo models in a separate database, regardless of the environment. */
  readonly demo?: boolean;
  /** Whether a missing SQLite file is created, even without `demo`. */
  readonly mayCreate?: boolean;
}

/** The options' database replaces the environment's, so DATABASE_URL_FILE is not read. */
const databaseEnvironment = (url: string): Environment => ({ DATABASE_URL: url, DATABASE_URL_FILE: undefined });

const DEMO_ENVIRONMENT: Environment = {
  ...databaseEnvironment(DEMO_DATABASE),
  NSYNC_MODELS: DEMO,
  NSYNC_SCHEMAS: undefined,
  NSYNC_INCLUDE: undefined,
  NSYNC_EXCLUDE: undefined,
};

const NO_DATABASE =
  'No database is given. Set DATABASE_URL or --database to its URL, or use --demo for a demo database in nsync-demo.sqlite.';

const fileOf = ({ databaseUrl }: Settings): string | undefined => dialectOfUrl(databaseUrl)?.filePath?.(databaseUrl);

/** Whether the settings name a file that does not exist. */
export function isMissing(settings: Settings): boolean {
  const file = fileOf(settings);
  return file !== undefined && !existsSync(file);
}

/** SQLite would create a file for a mistyped name, so only the demo may create one. */
function assertExists(settings: Settings): void {
  if (settings.models === DEMO || !isMissing(settings)) return;
  throw new CommandFailure(
    `The database ${settings.databaseUrl} cannot be reached: there is no file ${fileOf(settings)}`,
  );
}

/** The environment, overridden by the options. Throws CommandFailure if neither names a database, and SettingsError for an invalid setting. */
export function localEnvironment({ database, models, demo, mayCreate }: LocalOptions): Environment {
  const environment = withSecretFiles({
    ...process.env,
    ...(database === undefined ? {} : databaseEnvironment(database)),
    ...(models === undefined ? {} : { NSYNC_MODELS: models }),
    ...(demo ? DEMO_ENVIRONMENT : {}),
  });
  if (!environment.DATABASE_URL?.trim()) throw new CommandFailure(NO_DATABASE);
  const settings = readSettings({ ...environment, HOST: undefined, PORT: undefined });
  if (!mayCreate) assertExists(settings);
  return environment;
}

/** The settings for the database that the options or the environment name. Throws like `localEnvironment`. */
export const localSettings = (options: LocalOptions): Settings =>
  // HOST and PORT are ignored, because this process does not listen.
  readSettings({ ...localEnvironment(options), HOST: undefined, PORT: undefined });

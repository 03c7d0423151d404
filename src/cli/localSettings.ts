/** Settings for work on a database itself. */
import { readSettings, type Settings } from '../server/settings';

export interface LocalOptions {
  readonly database?: string;
  readonly models?: string;
}

/** What the server would read from the environment, with the options before it; throws SettingsError. */
export const localSettings = ({ database, models }: LocalOptions): Settings =>
  readSettings({
    ...process.env,
    ...(database === undefined ? {} : { DATABASE_URL: database }),
    ...(models === undefined ? {} : { NSYNC_MODELS: models }),
    // Nobody listens.
    HOST: undefined,
    PORT: undefined,
  });

/** Opens the database of a URL. */
import type { Database } from './database';
import type { Dialect } from './dialect';
import { requireDialect } from './dialects';
import type { ConnectionSettings } from './settings';

/** The URL without its password, for messages. */
export function withoutPassword(url: string): string {
  return url.replace(/(\/\/[^:@/]*):.*@/, '$1:…@');
}

/**
 * Throws an Error with a one-line message if the URL's scheme is unknown. `readSeconds`: the time limit of `timedReader`; 0: no limit. `readOnly`:
 * nothing can be written.
 */
export function openDatabase(url: string, readSeconds = 0, readOnly = false): Database {
  const dialect = requireDialect(url);
  return connectDatabase(dialect, { ...dialect.readUrl(url), readOnly }, readSeconds);
}

/** Throws an Error with a one-line message if the settings are not usable. */
export function connectDatabase(dialect: Dialect, settings: ConnectionSettings, readSeconds = 0): Database {
  const knex = dialect.connect(settings);
  const reader = dialect.connectReader?.(settings) ?? knex;
  const timedReader = readSeconds > 0 ? dialect.connectTimedReader(settings, readSeconds) : reader;
  const monitor = dialect.connectMonitor?.(settings) ?? dialect.connect(settings, 1);
  return {
    dialect,
    knex,
    reader,
    timedReader,
    monitor,
    close: async () => {
      for (const each of new Set([knex, reader, timedReader, monitor])) await each.destroy();
    },
  };
}

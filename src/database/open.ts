/** Opens the database that a URL names. */
import type { Knex } from 'knex';
import { nearest } from '../nearest';
import type { Dialect } from './dialect';
import { mysql } from './mysql';
import { postgres } from './postgres';
import type { ConnectionSettings } from './settings';
import { sqlite } from './sqlite';

export interface Database {
  readonly dialect: Dialect;
  /** For syncs and migrations. On SQLite it has the one connection that writes. */
  readonly knex: Knex;
  /** For everything that only reads, never waiting for a sync. */
  readonly reader: Knex;
  /** For the progress of runs: a connection that no run's transaction and no long query can take. */
  readonly monitor: Knex;
  readonly close: () => Promise<void>;
}

const DIALECTS: Record<string, Dialect> = {
  'sqlite:': sqlite,
  'mysql:': mysql,
  'mariadb:': mysql,
  'postgres:': postgres,
  'postgresql:': postgres,
};

/** The URL without its password, for messages. */
export function withoutPassword(url: string): string {
  return url.replace(/(\/\/[^:@/]*):.*@/, '$1:…@');
}

/** Throws an Error with a message of one line where the URL's scheme is not known. */
export function openDatabase(url: string): Database {
  const scheme = /^[a-z0-9+]+:/i.exec(url)?.[0].toLowerCase() ?? '';
  const dialect = DIALECTS[scheme];
  if (!dialect) {
    const near = nearest(scheme, Object.keys(DIALECTS));
    throw new Error(
      `DATABASE_URL has the unknown scheme "${scheme || url}".${near ? ` Did you mean "${near}"?` : ''} Use sqlite:PATH, mysql://…, mariadb://… or postgres://….`,
    );
  }
  return connectDatabase(dialect, dialect.readUrl(url));
}

/** Throws an Error with a message of one line where the settings cannot be. */
export function connectDatabase(dialect: Dialect, settings: ConnectionSettings): Database {
  const knex = dialect.connect(settings);
  const reader = dialect.connectReader?.(settings) ?? knex;
  const monitor = dialect.connectMonitor?.(settings) ?? dialect.connect(settings, 1);
  return {
    dialect,
    knex,
    reader,
    monitor,
    close: async () => {
      await knex.destroy();
      if (reader !== knex) await reader.destroy();
      await monitor.destroy();
    },
  };
}

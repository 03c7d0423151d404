/** Connection settings. How a driver parses values is part of the dialect, not of the settings. */
import type { Knex } from 'knex';

type Connection = object | (() => object | Promise<object>);

/** Sets up a new connection. knex's `afterCreate`. */
export type ConnectionHook = (connection: never, done: (error: Error | null, connection?: unknown) => void) => void;

export interface ConnectionSettings {
  /** knex's `connection`: an object, or a function that returns one. */
  readonly connection: Connection;
  /** PostgreSQL schemas, in the order in which names are resolved. */
  readonly searchPath?: string | readonly string[];
  /** The application's setup of a new connection. It runs before the dialect's own. */
  readonly afterCreate?: ConnectionHook;
  /** Whether the database refuses writes on these connections. Default: false. */
  readonly readOnly?: boolean;
}

/** Why a text that should be the URL of a server is none; null if it is one. */
export const whyNoUrl = (url: string): string | null =>
  URL.canParse(url)
    ? null
    : 'is not a URL. Use scheme://user:password@host:port/database, and percent-encode special characters';

/** Copies non-enumerable properties too: knex hides passwords from enumeration. */
const overlaid = (connection: object, own: object): object => ({
  ...connection,
  ...('password' in connection ? { password: connection.password } : {}),
  ...own,
});

/** The connection, with the dialect's own settings instead of the given ones. */
export function withOwn(connection: Connection, own: object): Knex.Config['connection'] {
  return typeof connection === 'function'
    ? async () => overlaid(await connection(), own) as Knex.StaticConnectionConfig
    : (overlaid(connection, own) as Knex.StaticConnectionConfig);
}

/** Runs the application's hook, then the dialect's own. */
export function afterCreate<C>(
  { afterCreate: first }: ConnectionSettings,
  own: (connection: C, done: (error: Error | null, connection: C) => void) => void,
): (connection: C, done: (error: Error | null, connection: C) => void) => void {
  if (!first) return own;
  return (connection, done) =>
    first(connection as never, (error) => (error ? done(error, connection) : own(connection, done)));
}

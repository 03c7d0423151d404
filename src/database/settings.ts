/** How a database is reached. What a driver makes of values is the dialect's affair, and no part of it. */
import type { Knex } from 'knex';

type Connection = object | (() => object | Promise<object>);

/** Sets up a new connection; as knex has it. */
export type ConnectionHook = (connection: never, done: (error: Error | null, connection?: unknown) => void) => void;

export interface ConnectionSettings {
  /** As knex's `connection`, as an object or a function that gives one. */
  readonly connection: Connection;
  /** Schemas of PostgreSQL, in the order in which names are looked for. */
  readonly searchPath?: string | readonly string[];
  /** What an application does with its connections, before the dialect does its own. */
  readonly afterCreate?: ConnectionHook;
  /** The database refuses whatever the connections would write; not given: they may write. */
  readonly readOnly?: boolean;
}

/** Why a text that should be the URL of a server is none; null if it is one. */
export const whyNoUrl = (url: string): string | null =>
  URL.canParse(url)
    ? null
    : 'is not a URL. Use scheme://user:password@host:port/database, and percent-encode special characters';

/** knex hides passwords from enumeration. */
const overlaid = (connection: object, own: object): object => ({
  ...connection,
  ...('password' in connection ? { password: connection.password } : {}),
  ...own,
});

/** The connection with some settings of the dialect's own in place of what is given. */
export function withOwn(connection: Connection, own: object): Knex.Config['connection'] {
  return typeof connection === 'function'
    ? async () => overlaid(await connection(), own) as Knex.StaticConnectionConfig
    : (overlaid(connection, own) as Knex.StaticConnectionConfig);
}

/** The application's hook, then the dialect's own. */
export function afterCreate<C>(
  { afterCreate: first }: ConnectionSettings,
  own: (connection: C, done: (error: Error | null, connection: C) => void) => void,
): (connection: C, done: (error: Error | null, connection: C) => void) => void {
  if (!first) return own;
  return (connection, done) =>
    first(connection as never, (error) => (error ? done(error, connection) : own(connection, done)));
}

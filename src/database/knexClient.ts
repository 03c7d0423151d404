/** knex, but a `?` in a name is part of the name, and no placeholder. */
import makeKnex, { type Knex } from 'knex';
import { rememberSentence } from './nativeError';
import { escapeMarks } from './quoting';
import { SILENT } from './silentLog';
import { decodeName } from './tableNames';

type ClientClass = typeof Knex.Client;

/** What runs a statement: knex's typings do not speak of it. */
interface Querying {
  _query(connection: unknown, query: unknown): Promise<unknown>;
}

type QueryingClient = new (config: Knex.Config) => Knex.Client & Querying;

/** `name` is what knex calls the client. */
export function connectKnex(name: 'better-sqlite3' | 'mysql2' | 'pg', client: ClientClass, config: Knex.Config): Knex {
  // Not by `wrapIdentifier` of the configuration, which a migration takes away.
  class NamingClient extends (client as unknown as QueryingClient) {
    override wrapIdentifierImpl(identifier: string): string {
      return escapeMarks(super.wrapIdentifierImpl(decodeName(identifier)));
    }

    /** knex puts the statement, with its values, before the message of an error. */
    override async _query(connection: unknown, query: unknown): Promise<unknown> {
      try {
        return await super._query(connection, query);
      } catch (error) {
        rememberSentence(error);
        throw error;
      }
    }

    /** knex itself takes the escape away where it numbers the placeholders, for PostgreSQL only. */
    override positionBindings(sql: string): string {
      if (name === 'pg') return super.positionBindings(sql) as string;
      return sql.includes('\\?') ? sql.replaceAll('\\?', '?') : sql;
    }
  }
  const knex = makeKnex({ ...config, client: NamingClient as unknown as ClientClass, log: SILENT });
  // Migrations tell the databases apart by it.
  (knex.client as { config: Knex.Config }).config.client = name;
  return knex;
}

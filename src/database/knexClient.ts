/** knex, but a `?` in a name is part of the name, and connections go back to the pool clean or not at all. */
import makeKnex, { type Knex } from 'knex';
import type { DatabaseFailure } from './dialect';
import { rememberSentence } from './nativeError';
import { OUTAGES } from './outages';
import { escapeMarks } from './quoting';
import { SILENT } from './silentLog';
import { decodeName } from './tableNames';

type ClientClass = typeof Knex.Client;

/** What knex's typings do not say of a client. */
interface UntypedClient {
  _query(connection: object, query: unknown): Promise<unknown>;
}

type UntypedClientClass = new (config: Knex.Config) => Knex.Client & UntypedClient;

/** A connection as knex's pool has it: one that is disposed of is not used again. */
interface PooledConnection {
  __knex__disposed?: unknown;
}

export interface ConnectionRules<C extends object> {
  /** Whether a connection has no transaction and no lock of its own, and nothing under way. */
  readonly isClean: (connection: C) => boolean;
  readonly explainFailure: (error: unknown) => DatabaseFailure | null;
}

/** `name` is what knex calls the client. */
export function connectKnex<C extends object>(
  name: 'better-sqlite3' | 'mysql2' | 'pg',
  client: ClientClass,
  config: Knex.Config,
  { isClean, explainFailure }: ConnectionRules<C>,
): Knex {
  /** Of the connections that may be used: it goes up when those that are open lead to a server that is gone, or has become a replica. */
  let generation = 0;
  const generations = new WeakMap<object, number>();
  // Transactions have clients of their own, of the same class.
  class NamingClient extends (client as unknown as UntypedClientClass) {
    // Not by `wrapIdentifier` of the configuration, which a migration takes away.
    override wrapIdentifierImpl(identifier: string): string {
      return escapeMarks(super.wrapIdentifierImpl(decodeName(identifier)));
    }

    /** knex puts the statement, with its values, before the message of an error. */
    override async _query(connection: object, query: unknown): Promise<unknown> {
      try {
        return await super._query(connection, query);
      } catch (error) {
        rememberSentence(error);
        const failure = explainFailure(error);
        if (failure?.kind === 'outage' && OUTAGES[failure.outage].needsNewConnections) generation += 1;
        throw error;
      }
    }

    override async acquireRawConnection(): Promise<object> {
      const since = generation;
      const connection = (await super.acquireRawConnection()) as object;
      generations.set(connection, since);
      return connection;
    }

    override async validateConnection(connection: object): Promise<boolean> {
      return generations.get(connection) === generation && (await super.validateConnection(connection));
    }

    /** A transaction whose COMMIT or ROLLBACK has failed is ended by closing its connection, at once. */
    override releaseConnection(connection: object): Promise<void> {
      if (!isClean(connection as C)) {
        (connection as PooledConnection).__knex__disposed = 'it was released within a transaction';
        void Promise.resolve(this.destroyRawConnection(connection)).catch(() => undefined);
      }
      return super.releaseConnection(connection) as Promise<void>;
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

/** knex, but a `?` in a name is part of the name, and connections go back to the pool clean or not at all. */
import makeKnex, { type Knex } from 'knex';
import type { DatabaseFailure } from './failures';
import { rememberSentence } from './nativeError';
import { OUTAGES } from './outages';
import { escapeMarks } from './quoting';
import { rememberReadTimeout } from './readTimeout';
import { SILENT } from './silentLog';
import { decodeName } from './tableNames';

type ClientClass = typeof Knex.Client;

/** What knex's typings do not say of a client. */
interface UntypedClient {
  acquireConnection(): Promise<unknown>;
  _query(connection: object, query: unknown): Promise<unknown>;
}

type UntypedClientClass = new (config: Knex.Config) => Knex.Client & UntypedClient;

/** A connection as knex's pool has it: one that is disposed of is not used again. */
interface PooledConnection {
  __knex__disposed?: unknown;
}

interface ConnectionRules<C extends object> {
  /** Whether a connection has no transaction and no lock of its own, and nothing under way. */
  readonly isClean: (connection: C) => boolean;
  readonly explainFailure: (error: unknown) => DatabaseFailure | null;
  /** The time limit of these connections' statements, and of waiting for one of them. */
  readonly readSeconds?: number;
}

export interface Driver {
  /** What knex calls it. */
  readonly name: string;
  /** knex's client, or a class of our own that extends it. */
  readonly client: ClientClass;
  /** Quotes a name as the database does. */
  readonly quote: (name: string) => string;
  /** The placeholder of a binding, the first of which is 1. Undefined: each is `?`. */
  readonly placeholder?: (place: number) => string;
}

/** The driver's client with names, errors and connections as nsync needs them. */
function clientOf<C extends object>(
  { client, quote, placeholder = () => '?' }: Driver,
  { isClean, explainFailure, readSeconds }: ConnectionRules<C>,
): ClientClass {
  /** Of the connections that may be used: it goes up when those that are open lead to a server that is gone, or has become a replica. */
  let generation = 0;
  const generations = new WeakMap<object, number>();
  // Transactions have clients of their own, of the same class.
  return class extends (client as unknown as UntypedClientClass) {
    // Not by `wrapIdentifier` of the configuration, which a migration takes away. For PostgreSQL knex itself leaves `[0]` in a name unquoted.
    override wrapIdentifierImpl(identifier: string): string {
      return identifier === '*' ? identifier : escapeMarks(quote(decodeName(identifier)));
    }

    /** knex puts the statement, with its values, before the message of an error. */
    override async _query(connection: object, query: unknown): Promise<unknown> {
      try {
        return await super._query(connection, query);
      } catch (error) {
        rememberSentence(error);
        const failure = explainFailure(error);
        if (failure?.kind === 'outage' && OUTAGES[failure.outage].needsNewConnections) generation += 1;
        if (readSeconds && failure?.kind === 'outage' && failure.outage === 'cancelled')
          rememberReadTimeout(error, readSeconds);
        throw error;
      }
    }

    override async acquireConnection(): Promise<unknown> {
      try {
        return await super.acquireConnection();
      } catch (error) {
        if (readSeconds && (error as Error).name === 'KnexTimeoutError') rememberReadTimeout(error, readSeconds);
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

    /** Takes the escape away, and nothing else: knex itself would take other backslashes before a `?` for escapes as well. */
    override positionBindings(sql: string): string {
      if (!sql.includes('?')) return sql;
      let place = 0;
      return sql.replace(/\\?\?/g, (mark) => (mark === '?' ? placeholder((place += 1)) : '?'));
    }
  } as unknown as ClientClass;
}

export function connectKnex<C extends object>(driver: Driver, config: Knex.Config, rules: ConnectionRules<C>): Knex {
  const { readSeconds } = rules;
  const wait = readSeconds ? { acquireConnectionTimeout: readSeconds * 1000 } : {};
  const knex = makeKnex({ ...config, ...wait, client: clientOf(driver, rules), log: SILENT });
  // Migrations tell the databases apart by it.
  (knex.client as { config: Knex.Config }).config.client = driver.name;
  return knex;
}

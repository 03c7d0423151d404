/** knex with two differences: a `?` in a name is part of the name, and a connection that is not clean never returns to the pool. */
import makeKnex, { type Knex } from 'knex';
import { cached } from '../cached';
import type { DatabaseFailure } from './failures';
import { rememberSentence } from './nativeError';
import { OUTAGES } from './outages';
import { escapeMarks } from './quoting';
import { rememberReadTimeout } from './readTimeout';
import { SILENT } from './silentLog';
import { decodeName } from './tableNames';

type ClientClass = typeof Knex.Client;

/** Members of a client that knex's typings lack. */
interface UntypedClient {
  acquireConnection(): Promise<unknown>;
  _query(connection: object, query: unknown): Promise<unknown>;
}

type UntypedClientClass = new (config: Knex.Config) => Knex.Client & UntypedClient;

/** A connection in knex's pool. The pool does not reuse a connection that has `__knex__disposed`. */
interface PooledConnection {
  __knex__disposed?: unknown;
}

interface ConnectionRules<C extends object> {
  /** Whether a connection has no open transaction, no lock and no running query. */
  readonly isClean: (connection: C) => boolean;
  readonly explainFailure: (error: unknown) => DatabaseFailure | null;
  /** The time limit for each statement, and for waiting for a free connection. */
  readonly readSeconds?: number;
}

export interface Driver {
  /** knex's name of the driver. */
  readonly name: string;
  /** knex's client, or our subclass of it. */
  readonly client: ClientClass;
  /** Quotes a name as the database does. */
  readonly quote: (name: string) => string;
  /** The placeholder of a binding, counted from 1. Undefined: each placeholder is `?`. */
  readonly placeholder?: (place: number) => string;
}

/** The driver's client, with nsync's names, errors and connection checks. */
function clientOf<C extends object>(
  { client, quote, placeholder = () => '?' }: Driver,
  { isClean, explainFailure, readSeconds }: ConnectionRules<C>,
): ClientClass {
  /** The generation of usable connections. It increases when the open connections lead to a lost server or to a replica. */
  let generation = 0;
  const generations = new WeakMap<object, number>();
  const wrapped = cached((name) => escapeMarks(quote(decodeName(name))));
  // Transactions have clients of their own, of the same class.
  return class extends (client as unknown as UntypedClientClass) {
    // Not `wrapIdentifier` of the configuration: migrations remove it, and knex's PostgreSQL client leaves `[0]` in a name unquoted.
    override wrapIdentifierImpl(identifier: string): string {
      return identifier === '*' ? identifier : wrapped(identifier);
    }

    /** Remembers the driver's message, because knex puts the statement and its values before it. */
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

    /** Closes a connection whose COMMIT or ROLLBACK failed, which ends its transaction at once. */
    override releaseConnection(connection: object): Promise<void> {
      if (!isClean(connection as C)) {
        (connection as PooledConnection).__knex__disposed = 'it was released within a transaction';
        void Promise.resolve(this.destroyRawConnection(connection)).catch(() => undefined);
      }
      return super.releaseConnection(connection) as Promise<void>;
    }

    /** Removes only the escapes of `?`. knex would also remove other backslashes before a `?`. */
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
  // Migrations read this name to tell the databases apart.
  (knex.client as { config: Knex.Config }).config.client = driver.name;
  return knex;
}

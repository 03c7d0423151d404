/** knex's client for better-sqlite3, with each connection in a thread of its own. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/better-sqlite3';
import { yieldToEventLoop } from '../../../eventLoop';
import type { ConnectionSettings } from '../../settings';
import { ThreadConnection } from './connection';
import type { FileIdentity } from './messages';
import { rowsOf } from './packing';

/** A query that knex passes to a client. The client sets the response in the query. */
interface KnexQuery {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly options?: { readonly safeIntegers?: boolean };
  response?: unknown;
  context?: { readonly lastID: number | bigint; readonly changes: number };
}

/** A member of a client that knex's typings lack. */
interface BetterSqliteClient extends Knex.Client {
  _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
}

/** The files of the first connections with the same settings, by path. Later connections must have the same file. */
const knownFiles = new WeakMap<ConnectionSettings, Map<string, FileIdentity>>();

const filesOf = (settings: ConnectionSettings): Map<string, FileIdentity> => {
  const known = knownFiles.get(settings) ?? new Map<string, FileIdentity>();
  knownFiles.set(settings, known);
  return known;
};

/**
 * The client for a database. All its connections, for reading and writing, have the file of the first one. `statementSeconds` limits each statement.
 * 0: no limit.
 */
export function threadClient(settings: ConnectionSettings, statementSeconds = 0): typeof Knex.Client {
  return class extends ThreadClient {
    override async acquireRawConnection(): Promise<ThreadConnection> {
      const { filename, options } = this.connectionSettings as Knex.BetterSqlite3ConnectionConfig;
      const known = filesOf(settings);
      const identity = known.get(filename) ?? null;
      const file = { filename, nativeBinding: options?.nativeBinding, identity, readonly: settings.readOnly };
      const connection = await ThreadConnection.open(file, statementSeconds);
      known.set(filename, connection.fileIdentity);
      return connection;
    }
  };
}

class ThreadClient extends client {
  override destroyRawConnection(connection: ThreadConnection): Promise<void> {
    return connection.close();
  }

  override validateConnection(connection: ThreadConnection): Promise<boolean> {
    return Promise.resolve(connection.isUsable);
  }

  /** A stuck thread stays in the pool until it ends, so the pool size limits the number of threads. */
  override releaseConnection(connection: ThreadConnection): Promise<void> {
    const release = (): Promise<void> => super.releaseConnection(connection) as Promise<void>;
    if (!connection.isStuck) return release();
    void connection.whenEnded.then(release);
    return Promise.resolve();
  }

  async _query(connection: ThreadConnection, query: KnexQuery): Promise<KnexQuery> {
    if (!query.sql) throw new Error('The query is empty');
    const bindings = (this as unknown as BetterSqliteClient)._formatBindings(query.bindings);
    const answer = await connection.query(query.sql, bindings, query.options?.safeIntegers);
    // Threads may answer several queries at once, so the event loop can serve other requests in between.
    await yieldToEventLoop();
    if ('columns' in answer) query.response = rowsOf(answer.columns, answer.found);
    else {
      const { changes, lastInsertRowid } = answer;
      query.response = { changes, lastInsertRowid };
      query.context = { lastID: lastInsertRowid, changes };
    }
    return query;
  }
}

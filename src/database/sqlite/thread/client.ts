/** knex's client of better-sqlite3, on connections that are in threads of their own. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/better-sqlite3';
import { yieldToEventLoop } from '../../../eventLoop';
import type { ConnectionSettings } from '../../settings';
import { ThreadConnection } from './connection';
import type { FileIdentity } from './messages';
import { rowsOf } from './packing';

/** A query as knex hands it to a client, which notes the answer in it. */
interface KnexQuery {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  readonly options?: { readonly safeIntegers?: boolean };
  response?: unknown;
  context?: { readonly lastID: number | bigint; readonly changes: number };
}

/** What knex's typings do not say of its client. */
interface BetterSqliteClient extends Knex.Client {
  _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
}

/** Files that connections with the same settings found first, by path: later ones may lead to no other. */
const knownFiles = new WeakMap<ConnectionSettings, Map<string, FileIdentity>>();

const filesOf = (settings: ConnectionSettings): Map<string, FileIdentity> => {
  const known = knownFiles.get(settings) ?? new Map<string, FileIdentity>();
  knownFiles.set(settings, known);
  return known;
};

/**
 * The client for a database: its connections, for reading and for writing, are all to the file that the first one found.
 * `statementSeconds` limits each statement; 0: no limit.
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

  /** A thread that cannot be stopped yet holds its place in the pool: there are never more threads than that. */
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
    // Threads may answer several queries at once.
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

/** knex's client of better-sqlite3, on connections that are in threads of their own. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/better-sqlite3';
import { nextTurn } from '../../nextTurn';
import { rowsOf } from './messages';
import { ThreadConnection } from './threadConnection';

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

export class ThreadClient extends client {
  override acquireRawConnection(): Promise<ThreadConnection> {
    const { filename, options } = this.connectionSettings as Knex.BetterSqlite3ConnectionConfig;
    return ThreadConnection.open({ filename, nativeBinding: options?.nativeBinding });
  }

  override destroyRawConnection(connection: ThreadConnection): Promise<void> {
    return connection.close();
  }

  override validateConnection(connection: ThreadConnection): Promise<boolean> {
    return Promise.resolve(connection.isUsable);
  }

  async _query(connection: ThreadConnection, query: KnexQuery): Promise<KnexQuery> {
    if (!query.sql) throw new Error('The query is empty');
    const bindings = (this as unknown as BetterSqliteClient)._formatBindings(query.bindings);
    const answer = await connection.query(query.sql, bindings, query.options?.safeIntegers);
    // Threads may answer several queries at once.
    await nextTurn();
    if ('columns' in answer) query.response = rowsOf(answer.columns, answer.found);
    else {
      const { changes, lastInsertRowid } = answer;
      query.response = { changes, lastInsertRowid };
      query.context = { lastID: lastInsertRowid, changes };
    }
    return query;
  }
}

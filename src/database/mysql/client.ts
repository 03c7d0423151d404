/** knex's client for mysql2. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/mysql2';
import { acceptsPipeline, pipeline } from './pipeline';

interface Query {
  readonly sql: string;
  bindings?: readonly unknown[] | null;
  response?: unknown;
}

/** Checks each statement of some work. */
export interface Guard {
  /** The statement is not sent if this throws. */
  beforeStatement(): Promise<void>;
  /** Whether the work goes on after a statement's error. */
  isHarmless(error: unknown): boolean;
}

/** Members of a client that knex's typings lack. */
interface Querying {
  readonly config: { readonly guard?: Guard };
  _query(connection: object, query: Query): Promise<unknown>;
  acquireRawConnection(): Promise<object>;
}

const inherited = client.prototype as unknown as Querying;

/** The same connections, for work whose statements are checked. Its transactions are checked too. */
export function guarded(knex: Knex, guard: Guard): Knex {
  const checked = knex.withUserParams({});
  (checked.client as { config: object }).config = { ...knex.client.config, guard };
  return checked;
}

export class MysqlClient extends client {
  /** Whether the server, or a proxy before it, accepts statements before it has answered those before them. */
  private acceptsPipelines = true;

  override async acquireRawConnection(): Promise<object> {
    const open = (): Promise<object> => inherited.acquireRawConnection.call(this);
    const connection = await open();
    if (!this.acceptsPipelines) return connection;
    pipeline(connection);
    if (await acceptsPipeline(connection)) return connection;
    (connection as { destroy(): void }).destroy();
    // If the server is gone, this fails.
    const other = await open();
    this.acceptsPipelines = false;
    return other;
  }

  async _query(connection: object, query: Query): Promise<unknown> {
    // The driver searches a text for placeholders, unless the bindings are null.
    if (!query.bindings?.length) query.bindings = null;
    const { guard } = (this as unknown as Querying).config;
    const send = (): Promise<unknown> => inherited._query.call(this, connection, query);
    if (!guard) return send();
    await guard.beforeStatement();
    try {
      return await send();
    } catch (error) {
      if (!guard.isHarmless(error)) throw error;
      return { ...query, response: [{ affectedRows: 0 }, []] };
    }
  }
}

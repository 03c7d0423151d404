/** knex's client for mysql2. */
import type { Knex } from 'knex';
import client from 'knex/lib/dialects/mysql2';
import { isToGalera } from './galeraConnection';

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
}

/** The same connections, for work whose statements are checked. Its transactions are checked too. */
export function guarded(knex: Knex, guard: Guard): Knex {
  const checked = knex.withUserParams({});
  (checked.client as { config: object }).config = { ...knex.client.config, guard };
  return checked;
}

/** Statements that leave a transaction in a session, and those that end it. */
const BEGINS = /^BEGIN\b/;
const ENDS = /^(COMMIT|ROLLBACK(?! TO))\b/;

/** The driver does not tell whether a connection has an open transaction, so its statements are followed. */
const inTransactions = new WeakSet<object>();

/** Whether a connection has no open transaction. */
export const isClean = (connection: object): boolean => !inTransactions.has(connection);

/** Sends a statement, and follows what it does to the transaction. */
async function send(this: Querying, connection: object, query: Query): Promise<unknown> {
  const { sql } = query;
  const pass = (sent: Query): Promise<unknown> =>
    (client.prototype as unknown as Querying)._query.call(this, connection, sent);
  // Without autocommit, statements that were sent before a transaction ended by itself are rolled back too.
  const ends = isToGalera(connection);
  // Also before a statement that fails, because its effect is unknown.
  if (BEGINS.test(sql)) {
    inTransactions.add(connection);
    if (ends) await pass({ sql: 'SET autocommit = 0' });
  }
  const answer = await pass(query);
  if (ENDS.test(sql)) {
    if (ends) await pass({ sql: 'SET autocommit = 1' });
    inTransactions.delete(connection);
  }
  return answer;
}

export class MysqlClient extends client {
  async _query(connection: object, query: Query): Promise<unknown> {
    // The driver searches a text for placeholders, unless the bindings are null.
    if (!query.bindings?.length) query.bindings = null;
    const self = this as unknown as Querying;
    const { guard } = self.config;
    if (!guard) return send.call(self, connection, query);
    await guard.beforeStatement();
    try {
      return await send.call(self, connection, query);
    } catch (error) {
      if (!guard.isHarmless(error)) throw error;
      return { ...query, response: [{ affectedRows: 0 }, []] };
    }
  }
}

/** knex's client for mysql2. */
import client from 'knex/lib/dialects/mysql2';

interface Query {
  readonly sql: string;
  bindings?: readonly unknown[];
}

/** A member of a client that knex's typings lack. */
interface Querying {
  _query(connection: object, query: Query): Promise<unknown>;
}

/** Statements that leave a transaction or lock in a session, and those that end it. */
const LEFT_BEHIND: readonly { readonly begins: RegExp; readonly ends: RegExp }[] = [
  { begins: /^BEGIN\b/, ends: /^(COMMIT|ROLLBACK(?! TO))\b/ },
  { begins: /^SELECT GET_LOCK\b/, ends: /^SELECT RELEASE_LOCK\b/ },
];

/** The driver does not tell whether a connection has an open transaction, so its statements are followed. */
const leftBehind = new WeakMap<object, Set<object>>();

const leftBy = (connection: object): Set<object> => {
  const known = leftBehind.get(connection) ?? new Set();
  leftBehind.set(connection, known);
  return known;
};

/** Whether a connection has neither a transaction nor a lock. */
export const isClean = (connection: object): boolean => (leftBehind.get(connection)?.size ?? 0) === 0;

export class MysqlClient extends client {
  async _query(connection: object, query: Query): Promise<unknown> {
    // The driver searches a text for placeholders even without bindings.
    if (query.bindings?.length === 0) delete query.bindings;
    const { sql } = query;
    // Also before a statement that fails, because its effect is unknown.
    for (const kind of LEFT_BEHIND) if (kind.begins.test(sql)) leftBy(connection).add(kind);
    const answer = await (client.prototype as unknown as Querying)._query.call(this, connection, query);
    for (const kind of LEFT_BEHIND) if (kind.ends.test(sql)) leftBy(connection).delete(kind);
    return answer;
  }
}

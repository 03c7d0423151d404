/** knex's client of mysql2. */
import client from 'knex/lib/dialects/mysql2';

interface Query {
  readonly sql: string;
  bindings?: readonly unknown[];
}

/** What knex's typings do not say of its client. */
interface Querying {
  _query(connection: object, query: Query): Promise<unknown>;
}

/** Statements that leave something behind in a session, and those that take it away again. */
const LEFT_BEHIND: readonly { readonly begins: RegExp; readonly ends: RegExp }[] = [
  { begins: /^BEGIN\b/, ends: /^(COMMIT|ROLLBACK(?! TO))\b/ },
  { begins: /^SELECT GET_LOCK\b/, ends: /^SELECT RELEASE_LOCK\b/ },
];

/** The driver does not tell whether a connection is within a transaction: its statements do. */
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
    // The driver searches a text for placeholders even where there is nothing to put in their place.
    if (query.bindings?.length === 0) delete query.bindings;
    const { sql } = query;
    // Also of one that fails: what it has done is not known.
    for (const kind of LEFT_BEHIND) if (kind.begins.test(sql)) leftBy(connection).add(kind);
    const answer = await (client.prototype as unknown as Querying)._query.call(this, connection, query);
    for (const kind of LEFT_BEHIND) if (kind.ends.test(sql)) leftBy(connection).delete(kind);
    return answer;
  }
}

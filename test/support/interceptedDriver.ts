/** Connections whose statements a test intercepts, below knex and nsync. */
import type { Knex } from 'knex';

export type Method = (...given: unknown[]) => unknown;
export type Connection = Record<string, Method>;

/** Sends a statement with `send.apply(connection, given)`, or does something else. mysql2 and pg get a callback last, SQLite's threads return promises. */
export type Intercept = (connection: Connection, send: Method, given: unknown[]) => unknown;

/** The drivers' methods that send statements. */
const METHODS = ['query', 'many'];

/** The SQL of a statement, as a driver's method receives it. */
export const textOf = (statement: unknown): string => {
  if (typeof statement === 'string') return statement;
  const { sql, text, statements } = statement as { sql?: string; text?: string; statements?: { sql: string }[] };
  return sql ?? text ?? statements?.[0]?.sql ?? '';
};

/** Intercepts the statements of connections that are opened from now on. */
export function interceptStatements(knex: Knex, intercept: Intercept): void {
  const intercepted = (connection: Connection): Connection => {
    for (const method of METHODS) {
      const send = connection[method];
      if (send) connection[method] = (...given) => intercept(connection, send, given);
    }
    return connection;
  };
  const prototype = knex.client.constructor.prototype as { acquireRawConnection: () => Promise<Connection> };
  const { acquireRawConnection: acquire } = prototype;
  prototype.acquireRawConnection = async function () {
    return intercepted(await acquire.call(this));
  };
}

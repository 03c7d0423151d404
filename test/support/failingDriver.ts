/** Connections whose statements fail when a test requires it, below knex and nsync. */
import type { Knex } from 'knex';
import type { Database } from '../../src/database';

type Done = (error: Error) => void;
type Method = (...given: unknown[]) => unknown;
type Connection = Record<string, Method>;

/** The drivers' methods that send statements: mysql2 and pg use callbacks, SQLite's threads use promises. */
const METHODS = ['query', 'many'];

const textOf = (statement: unknown): string => {
  if (typeof statement === 'string') return statement;
  const { sql, text, statements } = statement as { sql?: string; text?: string; statements?: { sql: string }[] };
  return sql ?? text ?? statements?.[0]?.sql ?? '';
};

export class FailingDriver {
  /** The failed statement; null until one has failed. */
  failed: string | null = null;
  private left = Infinity;
  private makeError: () => Error = () => new Error('not reached');
  private isAnswerLost = false;

  constructor(database: Database) {
    for (const knex of new Set([database.knex, database.reader])) this.spoil(knex);
  }

  /** Makes the n-th next statement fail. `isAnswerLost`: the statement is carried out nevertheless. */
  failAt(n: number, makeError: () => Error, isAnswerLost = false): void {
    this.failed = null;
    this.left = n;
    this.makeError = makeError;
    this.isAnswerLost = isAnswerLost;
  }

  rest(): void {
    this.left = Infinity;
  }

  private spoil(knex: Knex): void {
    const prototype = knex.client.constructor.prototype as { acquireRawConnection: () => Promise<Connection> };
    const spoilt = (connection: Connection): Connection => {
      for (const method of METHODS) {
        const send = connection[method];
        if (send) connection[method] = (...given) => this.send(connection, send, given);
      }
      return connection;
    };
    const { acquireRawConnection: acquire } = prototype;
    prototype.acquireRawConnection = async function () {
      return spoilt(await acquire.call(this));
    };
  }

  private send(connection: Connection, send: Method, given: unknown[]): unknown {
    this.left -= 1;
    if (this.left !== 0) return send.apply(connection, given);
    this.failed = textOf(given[0]).trim().slice(0, 60);
    const error = this.makeError();
    const done = given.at(-1);
    if (typeof done !== 'function') {
      const sent = this.isAnswerLost ? (send.apply(connection, given) as Promise<unknown>) : Promise.resolve();
      return sent.then(() => Promise.reject(error));
    }
    const fail = (): void => (done as Done)(error);
    if (this.isAnswerLost) return send.apply(connection, [...given.slice(0, -1), fail]);
    process.nextTick(fail);
    return undefined;
  }
}

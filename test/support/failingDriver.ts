/** Connections whose statements fail when a test requires it, below knex and nsync. */
import type { Database } from '../../src/database';
import { type Connection, interceptStatements, type Method, textOf } from './interceptedDriver';

type Done = (error: Error) => void;

export class FailingDriver {
  /** The failed statement; null until one has failed. */
  failed: string | null = null;
  private left = Infinity;
  private makeError: () => Error = () => new Error('not reached');
  private isAnswerLost = false;
  private counts: (sql: string) => boolean = () => true;

  constructor(database: Database) {
    for (const knex of new Set([database.knex, database.reader]))
      interceptStatements(knex, (...sent) => this.send(...sent));
  }

  /** Makes the n-th next statement fail, of those that count. `isAnswerLost`: the statement is carried out nevertheless. */
  failAt(n: number, makeError: () => Error, isAnswerLost = false, counts: (sql: string) => boolean = () => true): void {
    this.failed = null;
    this.counts = counts;
    this.left = n;
    this.makeError = makeError;
    this.isAnswerLost = isAnswerLost;
  }

  rest(): void {
    this.left = Infinity;
  }

  private send(connection: Connection, send: Method, given: unknown[]): unknown {
    if (!this.counts(textOf(given[0]))) return send.apply(connection, given);
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

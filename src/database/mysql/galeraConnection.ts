/**
 * Connections to a node of Galera. A transaction there may end at any time, because one of another node was committed first. Only one statement
 * fails then. The ones after it would be a new transaction, and its commit would store a part of the work.
 */
import { explainFailure } from './failures';

type Done = (error: Error | null, ...rest: unknown[]) => void;
type Query = (...given: unknown[]) => unknown;

const BEGINS = /^BEGIN\b/;
const ENDS = /^ROLLBACK(?! TO)\b/;
const COMMITS = /^COMMIT\b/;

class FollowedConnection {
  /** The error that ended the transaction. */
  private lost: Error | null = null;
  private isOpen = false;
  private pending = 0;
  private commit: (() => void) | null = null;

  constructor(private readonly query: Query) {}

  send(given: readonly unknown[]): unknown {
    const [statement] = given as [string | { sql: string }];
    const done = given.at(-1);
    if (typeof done !== 'function') return this.query(...given);
    const sql = typeof statement === 'string' ? statement : statement.sql;
    const go = (): void => this.pass(sql, given, done as Done);
    // A commit waits for the statements before it, because one of them may learn that the transaction has ended.
    if (COMMITS.test(sql) && this.pending > 0) this.commit = go;
    else go();
    return undefined;
  }

  private pass(sql: string, given: readonly unknown[], done: Done): void {
    const { lost } = this;
    const ends = ENDS.test(sql);
    if (BEGINS.test(sql)) this.isOpen = true;
    if (lost && !ends) return void process.nextTick(() => done(lost));
    this.pending += 1;
    this.query(...given.slice(0, -1), (error: Error | null, ...rest: unknown[]) => {
      this.pending -= 1;
      if (error && this.isOpen && explainFailure(error)?.kind === 'outage') this.lost ??= error;
      else if (!error && (ends || COMMITS.test(sql))) this.end();
      const { commit } = this;
      if (commit && this.pending === 0) {
        this.commit = null;
        commit();
      }
      done(error, ...rest);
    });
  }

  private end(): void {
    this.lost = null;
    this.isOpen = false;
  }
}

const followed = new WeakSet<object>();

/** Whether the connection is to a node of Galera. */
export const isToGalera = (connection: object): boolean => followed.has(connection);

/** From now on, a failed statement of a connection lets no other one follow in its transaction. */
export function follow(connection: object): void {
  followed.add(connection);
  const own = connection as { query: Query };
  const following = new FollowedConnection(own.query.bind(connection));
  own.query = (...given) => following.send(given);
}

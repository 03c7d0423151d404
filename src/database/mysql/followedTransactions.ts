/**
 * Follows the transaction of a connection. The database may end it at any time: InnoDB in a deadlock, Galera if one of another node was committed first.
 * Only one statement fails then. The ones after it, which may have been sent already, must not be committed.
 */
import { explainFailure } from './failures';

type Done = (error: Error | null, ...rest: unknown[]) => void;
type Query = (...given: unknown[]) => unknown;

const BEGINS = /^BEGIN\b/;
const ROLLS_BACK = /^ROLLBACK(?! TO)\b/;
const COMMITS = /^COMMIT\b/;

/** What the driver answers to a statement without rows. */
const NOTHING_DONE = { affectedRows: 0, insertId: 0 };

/**
 * A transaction has no autocommit: statements after its end begin another one, which is rolled back. Autocommit is switched with the next statement
 * that needs it, so that it costs no round trip. BEGIN is not sent, because a transaction without autocommit begins with its first statement.
 */
class FollowedConnection {
  /** The driver does not tell whether a connection has an open transaction. */
  isOpen = false;
  /** Whether nothing of the transaction has been sent. */
  private isUnsent = false;
  private hasAutocommit = true;
  /** The error that ended the transaction. */
  private lost: Error | null = null;
  private pending = 0;
  private commit: (() => void) | null = null;

  constructor(private readonly query: Query) {}

  send(given: readonly unknown[]): unknown {
    const [statement] = given as [string | { sql: string }];
    const done = given.at(-1);
    if (typeof done !== 'function') {
      this.prepare();
      return this.query(...given);
    }
    const sql = typeof statement === 'string' ? statement : statement.sql;
    if (BEGINS.test(sql)) this.begin(done as Done);
    else if (this.isUnsent && (ROLLS_BACK.test(sql) || COMMITS.test(sql))) this.endUnsent(done as Done);
    else this.pass(sql, given, done as Done);
    return undefined;
  }

  private begin(done: Done): void {
    this.isOpen = true;
    this.isUnsent = true;
    process.nextTick(() => done(null, NOTHING_DONE));
  }

  private endUnsent(done: Done): void {
    this.isUnsent = false;
    this.isOpen = false;
    process.nextTick(() => done(null, NOTHING_DONE));
  }

  /** Sends what the statement needs before it. If that fails, a transaction is lost, and a connection is not used again. */
  private prepare(): void {
    const failed = (error: Error | null): void => {
      if (!error) return;
      this.lost ??= error;
      this.isOpen = true;
    };
    if (this.isOpen === this.hasAutocommit) {
      this.hasAutocommit = !this.isOpen;
      this.query(`SET autocommit = ${this.isOpen ? 0 : 1}`, null, failed);
    }
    this.isUnsent = false;
  }

  private pass(sql: string, given: readonly unknown[], done: Done): void {
    const sendNow = (): void => this.sendNow(sql, given, done);
    this.prepare();
    // A commit waits for the statements before it, because one of them may learn that the transaction has ended.
    if (COMMITS.test(sql) && this.pending > 0) this.commit = sendNow;
    else sendNow();
  }

  private sendNow(sql: string, given: readonly unknown[], done: Done): void {
    const { lost } = this;
    const rollsBack = ROLLS_BACK.test(sql);
    if (lost && !rollsBack) return void process.nextTick(() => done(lost));
    this.pending += 1;
    this.query(...given.slice(0, -1), (error: Error | null, ...rest: unknown[]) => {
      this.pending -= 1;
      if (error && this.isOpen && explainFailure(error)?.kind === 'outage') this.lost ??= error;
      else if (!error && (rollsBack || COMMITS.test(sql))) this.end();
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

const followed = new WeakMap<object, FollowedConnection>();

/** Whether a connection has no open transaction. */
export const isClean = (connection: object): boolean => !followed.get(connection)?.isOpen;

/** From now on, a failed statement of a connection lets no other one follow in its transaction. */
export function follow(connection: object): void {
  const own = connection as { query: Query };
  const following = new FollowedConnection(own.query.bind(connection));
  followed.set(connection, following);
  own.query = (...given) => following.send(given);
}

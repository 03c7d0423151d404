/** Counts statements at the drivers, below knex and nsync. */
import type { Database } from '../../src/database';
import { type Connection, interceptStatements, type Method, textOf } from './interceptedDriver';

export interface DriverCounts {
  readonly statements: number;
  /** Statements that were sent while their connection had no unanswered one. The others were sent together with those before them. */
  readonly roundTrips: number;
  readonly commits: number;
  /** Statements that set a savepoint. */
  readonly savepoints: number;
}

const noCounts = (): { -readonly [Name in keyof DriverCounts]: number } => ({
  statements: 0,
  roundTrips: 0,
  commits: 0,
  savepoints: 0,
});

/** Counts the statements of the writing connections that are opened from now on. */
export class DriverStatements {
  private readonly unanswered = new WeakMap<Connection, number>();
  private counts = noCounts();

  constructor({ knex }: Database) {
    interceptStatements(knex, (...sent) => this.send(...sent));
  }

  async during(work: () => Promise<unknown>): Promise<DriverCounts> {
    this.counts = noCounts();
    await work();
    return { ...this.counts };
  }

  private send(connection: Connection, send: Method, given: unknown[]): unknown {
    const pending = this.unanswered.get(connection) ?? 0;
    this.counts.statements += 1;
    if (pending === 0) this.counts.roundTrips += 1;
    const text = textOf(given[0]);
    if (/^COMMIT/.test(text)) this.counts.commits += 1;
    if (/^SAVEPOINT/.test(text)) this.counts.savepoints += 1;
    this.unanswered.set(connection, pending + 1);
    const answered = (): void => void this.unanswered.set(connection, (this.unanswered.get(connection) ?? 1) - 1);
    const done = given.at(-1);
    if (typeof done !== 'function') return (send.apply(connection, given) as Promise<unknown>).finally(answered);
    const answer = (...result: unknown[]): unknown => {
      answered();
      return (done as Method)(...result);
    };
    return send.apply(connection, [...given.slice(0, -1), answer]);
  }
}

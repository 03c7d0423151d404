/**
 * knex's client for pg, with four differences:
 *
 * - **Statements that transactions send again and again are prepared.** The server parses and plans them once per connection. Measured 2026-11-30
 *   (docs/internals.md): a call with one row takes the server 1.1 ms of processor time instead of 1.8.
 * - **BEGIN is sent with the first statement of its transaction**, so that it costs no round trip.
 * - **Statements that are sent in one turn of the event loop leave together.** A system call takes longer than all else that a small statement needs.
 * - **A statement of an aborted transaction fails with the error that aborted it.**
 */
import type { Writable } from 'node:stream';
import client from 'knex/lib/dialects/postgres';
import pg from 'pg';
import { extended } from '../../extended';

interface Query {
  readonly sql: string;
  readonly bindings?: readonly unknown[];
  options?: object;
}

/** A member of a client that knex's typings lack. */
interface Querying {
  _query(connection: Connection, query: Query): Promise<unknown>;
}

interface Connection {
  readonly connection: { readonly stream: Writable };
  /** By the server's last report. `T`: in a transaction. */
  getTransactionStatus(): string | null;
  query(sql: string): Promise<unknown>;
}

/** The most prepared statements of a connection, which take the server's memory. */
const MOST = 200;
/** How often a statement is sent before it is prepared. */
const OFTEN = 5;
/** Texts and lists that are longer are planned for their values. */
const MOST_CHARACTERS = 3000;
const MOST_ITEMS = 100;

const isSmallValue = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length <= MOST_ITEMS
    : !(typeof value === 'string' || Buffer.isBuffer(value)) || value.length <= MOST_CHARACTERS;

const isSmall = ({ sql, bindings = [] }: Query): boolean =>
  bindings.length > 0 && sql.length <= MOST_CHARACTERS && bindings.every(isSmallValue);

/** A parameter without a cast. Prepared, it would keep the type that a column had when the statement was prepared. */
const UNTYPED = /\$\d+(?!\d|::)/;

/** The names of prepared statements, the same for all connections of the process. */
class StatementNames {
  private readonly names = new Map<string, string>();
  /** How often other statements have been sent. */
  private readonly sent = new Map<string, number>();

  /** Null: the statement is not prepared. */
  of(sql: string): string | null {
    const known = this.names.get(sql);
    if (known !== undefined) return known;
    if (this.names.size >= MOST) return null;
    const times = (this.sent.get(sql) ?? 0) + 1;
    if (this.sent.size >= 10 * MOST) this.sent.clear();
    this.sent.set(sql, times);
    if (times <= OFTEN) return null;
    if (UNTYPED.test(sql)) {
      this.sent.set(sql, -Infinity);
      return null;
    }
    this.sent.delete(sql);
    const name = `nsync_${this.names.size + 1}`;
    this.names.set(sql, name);
    return name;
  }
}

const names = new StatementNames();

/** The statement was not carried out, because an earlier one of its transaction has failed. */
const ABORTED = '25P02';

/** The errors that aborted the transactions of connections. */
const causes = new WeakMap<Connection, pg.DatabaseError>();

/** knex puts the statement into the error's message. */
const copyOf = (error: pg.DatabaseError): pg.DatabaseError =>
  Object.assign(new pg.DatabaseError(error.message, error.length, error.name), error);

/** The error that explains a failed statement: with statements sent together, callers may see a later one first. */
function explained(connection: Connection, error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.code !== ABORTED) {
    causes.set(connection, copyOf(error));
    return error;
  }
  const cause = causes.get(connection);
  return cause ? copyOf(cause) : error;
}

/** Holds back what is sent in this turn of the event loop, until its end. */
function sendTogether({ connection: { stream } }: Connection): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

const BEGINS = /^BEGIN\b/;
const ENDS = /^(COMMIT|ROLLBACK);?$/;

const NOTHING_DONE = { command: 'BEGIN', rowCount: null, rows: [], fields: [] };

/** A BEGIN that is not answered, or that failed. Without it, statements would be committed one by one. */
interface Begin {
  readonly sql: string;
  state: 'unsent' | 'sent' | { readonly failed: unknown };
}

const begins = new WeakMap<Connection, Begin>();

/** Sends the BEGIN of a connection before the first statement of its transaction. Throws if it has failed. */
function sendBegin(connection: Connection): void {
  const begin = begins.get(connection);
  if (!begin || begin.state === 'sent') return;
  if (begin.state !== 'unsent') throw begin.state.failed;
  begin.state = 'sent';
  connection.query(begin.sql).then(
    () => begins.delete(connection),
    (failed: unknown) => (begin.state = { failed }),
  );
}

/** Whether a statement that is sent now is part of a transaction. */
const isInTransaction = (connection: Connection): boolean =>
  connection.getTransactionStatus() === 'T' || begins.has(connection);

/** Whether a proxy has been found that does not keep prepared statements. */
let areLost = false;

/** A prepared statement is unknown (26000), or known already (42P05): a proxy gives the server's connections to several clients. */
const LOST = ['26000', '42P05'];

export class PostgresClient extends client {
  async _query(connection: Connection, query: Query): Promise<unknown> {
    if (BEGINS.test(query.sql)) {
      begins.set(connection, { sql: query.sql, state: 'unsent' });
      return extended(query, { response: NOTHING_DONE });
    }
    if (ENDS.test(query.sql) && begins.get(connection)?.state !== 'sent' && begins.delete(connection))
      return extended(query, { response: NOTHING_DONE });
    sendTogether(connection);
    sendBegin(connection);
    // Outside of transactions are queries of users, whose best plan depends on their values.
    if (!areLost && isInTransaction(connection) && isSmall(query)) {
      const name = names.of(query.sql);
      if (name !== null) query.options = extended(query.options ?? {}, { name });
    }
    try {
      const answer = await (client.prototype as unknown as Querying)._query.call(this, connection, query);
      causes.delete(connection);
      return answer;
    } catch (error) {
      areLost ||= LOST.includes((error as { code?: string }).code ?? '');
      throw explained(connection, error);
    }
  }
}

/**
 * Answers of drivers. In a transaction, a statement bypasses knex's builder and runner, which take longer for a small statement than the database. It
 * passes the client, which checks that the transaction is open, tells those who listen to queries, and adds the statement to the message of an error.
 */
import type { Knex } from 'knex';

type Bindings = readonly Knex.RawBinding[];

/** Members of a client that knex's typings lack. */
interface Client {
  acquireConnection(): Promise<object>;
  query(connection: object, query: object): Promise<{ readonly response: unknown }>;
}

async function answerInTransaction(trx: Knex.Transaction, sql: string, bindings: Bindings): Promise<unknown> {
  const client = trx.client as Client;
  const connection = await client.acquireConnection();
  return (await client.query(connection, { method: 'raw', sql, bindings })).response;
}

/** What the driver answers to a statement. `sql` is written for knex: each `?` that is not escaped is a binding. */
export const answerOf = <T>(knex: Knex, sql: string, bindings: Bindings = []): Promise<T> =>
  (knex.isTransaction
    ? answerInTransaction(knex as Knex.Transaction, sql, bindings)
    : knex.raw(sql, bindings)) as Promise<T>;

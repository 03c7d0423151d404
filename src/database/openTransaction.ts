/** Statements that go to a connection without knex, which would check that their transaction is open. */
import type { Knex } from 'knex';

/**
 * Throws if a transaction has ended: its connection may belong to another transaction, or to none, which would commit the statement. Call in the
 * same tick in which the statement is sent.
 */
export function assertOpen(knex: Knex): void {
  if (knex.isTransaction && (knex as Knex.Transaction).isCompleted()) throw new Error('The transaction has ended.');
}

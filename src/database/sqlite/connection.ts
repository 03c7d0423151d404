/** better-sqlite3 itself. */
import type Database from 'better-sqlite3';
import type { Knex } from 'knex';

/** The transaction's connection. */
export const connectionOf = (trx: Knex): Promise<Database.Database> =>
  (trx.client as { acquireConnection(): Promise<Database.Database> }).acquireConnection();

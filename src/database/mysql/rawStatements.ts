/** Statements whose values are part of the text. */
import type { Knex } from 'knex';
import type { StatementLimits } from '../bulkRows';
import { type Abilities, abilitiesOf } from './abilities';

/** mysql2 puts values into the text, so only `max_allowed_packet` (16 MB by default) limits a statement. */
export const limitsOf = ({ longestStatement }: Abilities): StatementLimits => ({
  bindings: 1_000_000,
  bytes: Math.min(8 * 1024 * 1024, longestStatement / 2),
});

/** The values of one row make a statement that is longer than the server takes; the server would end the connection. */
export class StatementTooLong extends Error {}

/** What goes over the wire before a statement's text. */
const HEADER_BYTES = 16;

async function assertNotTooLong(trx: Knex.Transaction, sql: string): Promise<void> {
  // A character takes up to three bytes for each of its UTF-16 units.
  const { longestStatement } = await abilitiesOf(trx);
  if (sql.length * 3 + HEADER_BYTES <= longestStatement) return;
  const bytes = Buffer.byteLength(sql) + HEADER_BYTES;
  if (bytes > longestStatement)
    throw new StatementTooLong(
      `Its values take ${bytes} bytes, and max_allowed_packet of the server is ${longestStatement} bytes.`,
    );
}

export interface RawConnection {
  query(sql: string, done: (error: Error | null, result?: unknown) => void): void;
}

/** A statement without bindings, past knex: it would search the text of many rows for marks to bind. */
export async function run<T>(trx: Knex.Transaction, sql: string): Promise<T> {
  await assertNotTooLong(trx, sql);
  const client = trx.client as { acquireConnection(): Promise<RawConnection> };
  const connection = await client.acquireConnection();
  return new Promise((resolve, reject) => {
    connection.query(sql, (error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

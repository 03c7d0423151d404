/** Statements that contain their values as text. */
import type { Knex } from 'knex';
import type { StatementLimits } from '../bulkRows';
import { assertOpen } from '../openTransaction';
import { type Abilities, abilitiesOf } from './abilities';

/** mysql2 writes values into the text, so only `max_allowed_packet` (16 MB by default) limits a statement. */
export const limitsOf = ({ longestStatement }: Abilities): StatementLimits => ({
  bindings: 1_000_000,
  bytes: Math.min(8 * 1024 * 1024, longestStatement / 2),
});

/** The statement for one row is longer than the server accepts. The server would end the connection. */
export class StatementTooLong extends Error {}

/** Bytes that precede the text of a statement on the wire. */
const HEADER_BYTES = 16;

async function assertNotTooLong(trx: Knex.Transaction, sql: string): Promise<void> {
  // A UTF-16 unit takes up to three bytes in UTF-8.
  const { longestStatement } = await abilitiesOf(trx);
  if (sql.length * 3 + HEADER_BYTES <= longestStatement) return;
  const bytes = Buffer.byteLength(sql) + HEADER_BYTES;
  if (bytes > longestStatement)
    throw new StatementTooLong(
      `Its values take ${bytes} bytes, and max_allowed_packet of the server is ${longestStatement} bytes.`,
    );
}

export interface RawConnection {
  query(sql: string, values: null, done: (error: Error | null, result?: unknown) => void): void;
}

/**
 * Runs a statement without bindings and without knex, which would search the text of many rows for placeholders. Throws if the transaction has
 * ended.
 */
export async function run<T>(trx: Knex.Transaction, sql: string): Promise<T> {
  await assertNotTooLong(trx, sql);
  const client = trx.client as { acquireConnection(): Promise<RawConnection> };
  const connection = await client.acquireConnection();
  assertOpen(trx);
  return new Promise((resolve, reject) => {
    // With values undefined, the driver would search the text for placeholders.
    connection.query(sql, null, (error, result) => (error ? reject(error) : resolve(result as T)));
  });
}

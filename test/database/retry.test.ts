/** R44: a transaction that is lost while it begins is begun again. */
import { beginTransaction, retrying } from '../../src/database';
import { DATABASES, migratedDatabase } from '../support/databases';

interface Connection {
  readonly stream?: { destroy(): void };
  readonly connection?: { readonly stream: { destroy(): void } };
}

describe.each(DATABASES.filter(({ name }) => name !== 'SQLite'))('beginTransaction on $name', (kind) => {
  it('R44 a connection that is lost at BEGIN is a transient failure', async () => {
    const test = await migratedDatabase(kind);
    try {
      const { knex, dialect } = test.database;
      const client = knex.client as {
        acquireConnection(): Promise<Connection>;
        releaseConnection(given: Connection): void;
      };
      let begun = 0;
      knex.on('query', ({ sql }: { sql: string }) => {
        if (sql !== 'BEGIN;') return;
        begun += 1;
        if (begun === 1) (free.stream ?? free.connection?.stream)?.destroy();
      });
      // The connection that the transaction will receive.
      const free = await client.acquireConnection();
      client.releaseConnection(free);
      const rows = await retrying(dialect, async () => {
        const trx = await beginTransaction(knex);
        try {
          return (await trx.select(trx.raw('1 AS one'))) as unknown[];
        } finally {
          await trx.rollback();
        }
      });
      expect(rows).toEqual([{ one: 1 }]);
      expect(begun).toBe(2);
    } finally {
      await test.drop();
    }
  });
});

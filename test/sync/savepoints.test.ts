/** A statement that runs alongside a chunk: its own failure is reported, not the failures that follow from it. */
import { setTimeout } from 'node:timers/promises';
import { ChunkSavepoints } from '../../src/sync/run/savepoints';
import { DATABASES, migratedDatabase } from '../support/databases';

it.each(DATABASES)('a statement that fails beside a chunk on $name is the error of the run', async (kind) => {
  const { database, drop } = await migratedDatabase(kind);
  try {
    const run = database.knex.transaction(async (trx) => {
      const savepoints = new ChunkSavepoints(trx, database.dialect);
      await savepoints.atomically(async (_trx, begin) => {
        await begin().sent;
        savepoints.writeAlongside(async (chunk) => {
          try {
            await chunk('no_such_table').insert({ id: 1 });
          } catch (error) {
            // By now, PostgreSQL has refused the following statement in the transaction.
            await setTimeout(100);
            throw error;
          }
        });
      });
      await savepoints.finished();
    });
    await expect(run).rejects.toThrow('no_such_table');
  } finally {
    await drop();
  }
});

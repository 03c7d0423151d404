/** nsync's own tables come and go, and servers that start at once do not collide. */
import { migrateDown, migrateUp, openDatabase } from '../../src/database';
import { DATABASES } from '../support/databases';

const OWN_TABLES = [
  'nsync_external_systems',
  'nsync_external_key_mappings',
  'nsync_runs',
  'nsync_run_sources',
  'nsync_row_outcomes',
  'nsync_related_changes',
  'nsync_locks',
  'nsync_first_touches',
];
const MIGRATIONS = ['20261123000000_own_tables', '20261128000000_true_records', '20261128010000_also_changed'];

describe.each(DATABASES)('migrations on $name', (kind) => {
  it('go up once, and down again', async () => {
    const { database, drop } = await kind.create();
    const present = () => Promise.all(OWN_TABLES.map((table) => database.knex.schema.hasTable(table)));
    try {
      expect(await migrateUp(database)).toEqual(MIGRATIONS);
      expect(await present()).toEqual(OWN_TABLES.map(() => true));
      expect(await migrateUp(database)).toEqual([]);
      expect(await migrateDown(database)).toEqual([...MIGRATIONS].reverse());
      expect(await present()).toEqual(OWN_TABLES.map(() => false));
      expect(await migrateUp(database)).toEqual(MIGRATIONS);
    } finally {
      await drop();
    }
  });

  it('run once when several servers start at the same time', async () => {
    const { url, database, drop } = await kind.create();
    const others = Array.from({ length: 3 }, () => openDatabase(url));
    try {
      const ran = await Promise.all([database, ...others].map((one) => migrateUp(one)));
      expect(ran.flat()).toEqual(MIGRATIONS);
      expect(await Promise.all(others.map((one) => migrateUp(one)))).toEqual([[], [], []]);
    } finally {
      for (const other of others) await other.close();
      await drop();
    }
  });
});

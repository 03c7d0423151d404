/** Migrations create and drop nsync's own tables, and servers that start at once do not collide. */
import { migrateDown, migrateUp, openDatabase } from '../../src/database';
import * as trueRecords from '../../migrations/20261128000000_true_records';
import { interruptDeadRuns, RunRecords } from '../../src/records';
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
  'nsync_tokens',
  'nsync_audit_events',
  'nsync_idempotency_keys',
  'nsync_webhooks',
  'nsync_webhook_deliveries',
  'nsync_run_jobs',
  'nsync_run_pieces',
  'nsync_run_chunks',
];
const MIGRATIONS = [
  '20261123000000_own_tables',
  '20261128000000_true_records',
  '20261128010000_also_changed',
  '20261129000000_tokens',
  '20261129010000_idempotency',
  '20261129020000_webhooks',
  '20261129030000_lock_versions',
  '20261129040000_queued_runs',
];

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

  it('keep what earlier versions have recorded', async () => {
    const { database, drop } = await kind.create();
    const { knex } = database;
    try {
      await migrateUp(database);
      await trueRecords.down(knex);
      await knex('nsync_migrations').where({ name: MIGRATIONS[1] }).delete();
      const run = { dry_run: false, started_at: '2026-01-01 00:00:00', problems: '[]', problem_groups: '[]' };
      await knex('nsync_runs').insert({ ...run, status: 'COMPLETED', finished_at: '2026-01-01 00:00:05' });
      await knex('nsync_runs').insert({ ...run, status: 'RUNNING' });
      for (const run_id of [1, 2])
        await knex('nsync_run_sources').insert({
          run_id,
          position: 0,
          system_name: 'HR',
          model: 'Person',
          rows_count: 7,
        });
      expect(await migrateUp(database)).toEqual([MIGRATIONS[1]]);
      await interruptDeadRuns(database);
      const records = new RunRecords(database, { find: () => undefined });
      const runs = await records.byIds(['1', '2']);
      expect(runs.map(({ status, progress }) => [status, progress])).toEqual([['COMPLETED', null], ['INTERRUPTED', null]]); // prettier-ignore
      expect((await records.sourcesOf(['1', '2'])).map(({ counts }) => counts.rows)).toEqual([7, 7]);
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

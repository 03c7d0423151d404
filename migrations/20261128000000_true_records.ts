/** Runs report how far they are and can be stopped; old runs can be removed without forgetting who touched an object. */
import type { Knex } from 'knex';
import { exactText } from './20261123000000_own_tables';

const isSqlite = (knex: Knex): boolean => knex.client.config.client === 'better-sqlite3';

/**
 * The progress of runs under way. On SQLite the table is in a file beside the database, because a run's transaction locks the
 * database as a whole.
 */
export async function createProgressTable(knex: Knex): Promise<void> {
  await knex.schema.createTable('nsync_run_progress', (table) => {
    table.bigInteger('run_id').unsigned().notNullable().primary();
    table.integer('attempt').notNullable();
    // Null until the run has reported for the first time.
    table.datetime('heartbeat_at', { precision: 3 }).nullable();
    table.boolean('cancel_requested').notNullable().defaultTo(false);
    table.string('phase', 10).notNullable();
    table.integer('rows_done').notNullable().defaultTo(0);
    table.integer('rows_total').nullable();
    table.double('rows_per_second').nullable();
    table.text('counts').nullable();
  });
}

export async function up(knex: Knex): Promise<void> {
  const exact = await exactText(knex);
  await knex.schema.alterTable('nsync_runs', (table) => {
    // The database's own clock when the run began; null for runs of earlier versions.
    table.datetime('heartbeat_at', { precision: 3 }).nullable();
    // Raised when the run is taken away from its process, which then commits nothing more.
    table.integer('attempt').notNullable().defaultTo(1);
  });
  await knex.schema.alterTable('nsync_related_changes', (table) => {
    table.index(['run_source_id'], 'nsync_related_changes_source');
  });
  await knex.schema.createTable('nsync_first_touches', (table) => {
    table.bigIncrements('id');
    table
      .integer('external_system_id')
      .unsigned()
      .notNullable()
      .references('nsync_external_systems.id')
      .onDelete('CASCADE');
    table.specificType('model', exact(190)).notNullable();
    table.specificType('object_id', exact(255)).notNullable();
    table.datetime('touched_at', { precision: 3 }).notNullable();
    table.unique(['object_id', 'model', 'external_system_id'], { indexName: 'nsync_first_touches_object' });
  });
  if (!isSqlite(knex)) await createProgressTable(knex);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('nsync_run_progress');
  await knex.schema.dropTableIfExists('nsync_first_touches');
  await knex.schema.alterTable('nsync_related_changes', (table) => {
    table.dropIndex(['run_source_id'], 'nsync_related_changes_source');
  });
  await knex.schema.alterTable('nsync_runs', (table) => {
    table.dropColumn('heartbeat_at');
    table.dropColumn('attempt');
  });
}

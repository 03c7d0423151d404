/** nsync's own tables. People read external systems and mappings by SQL: their columns are a promise. */
import type { Knex } from 'knex';

type ColumnType = Parameters<Knex.CreateTableBuilder['specificType']>[1];

/** A text column whose equality is byte for byte, on every database (R18). */
export async function exactText(knex: Knex): Promise<(length: number) => ColumnType> {
  if (knex.client.config.client === 'pg') return (length) => `varchar(${length}) COLLATE "C"`;
  if (knex.client.config.client !== 'mysql2') return (length) => `varchar(${length})`;
  const [[server]] = (await knex.raw('SELECT VERSION() AS version')) as [[{ version: string }]];
  // PAD SPACE, which utf8mb4_bin has, would call 'a' and 'a ' equal.
  const collation = /mariadb/i.test(server.version) ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  return (length) => `varchar(${length}) CHARACTER SET utf8mb4 COLLATE ${collation}`;
}

export async function up(knex: Knex): Promise<void> {
  const exact = await exactText(knex);

  await knex.schema.createTable('nsync_external_systems', (table) => {
    table.increments('id');
    table.specificType('name', exact(100)).notNullable().unique();
    table.text('description').nullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
  });

  await knex.schema.createTable('nsync_external_key_mappings', (table) => {
    table.bigIncrements('id');
    table
      .integer('external_system_id')
      .unsigned()
      .notNullable()
      .references('nsync_external_systems.id')
      .onDelete('RESTRICT');
    table.specificType('model', exact(190)).notNullable();
    table.specificType('external_key', exact(255)).notNullable();
    table.specificType('object_id', exact(255)).notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('updated_at', { precision: 3 }).notNullable();
    table.unique(['external_system_id', 'model', 'external_key'], { indexName: 'nsync_mappings_key' });
    // No two indexes begin with the same column: PostgreSQL could not tell which one is meant while it has not analysed the table.
    table.index(['object_id', 'model'], 'nsync_mappings_object');
  });

  await knex.schema.createTable('nsync_runs', (table) => {
    table.bigIncrements('id');
    table.specificType('status', exact(30)).notNullable();
    table.boolean('dry_run').notNullable();
    table.datetime('started_at', { precision: 3 }).notNullable();
    table.datetime('finished_at', { precision: 3 }).nullable();
    // Chunks that a run with onError: CONTINUE has committed: after a lost connection this tells whether the last one was.
    table.integer('committed_chunks').notNullable().defaultTo(0);
    table.text('problems', 'longtext').notNullable();
    table.text('problem_groups', 'longtext').notNullable();
    table.index(['status'], 'nsync_runs_status');
  });

  await knex.schema.createTable('nsync_run_sources', (table) => {
    table.bigIncrements('id');
    table.bigInteger('run_id').unsigned().notNullable().references('nsync_runs.id').onDelete('CASCADE');
    table.integer('position').notNullable();
    // Null where the system was never kept: a dry run that would have made it. The name is what it was called then.
    table.integer('external_system_id').unsigned().nullable();
    table.specificType('system_name', exact(100)).notNullable();
    table.specificType('model', exact(190)).notNullable();
    table.text('file').nullable();
    for (const count of [
      'rows',
      'created',
      'updated',
      'unchanged',
      'deleted',
      'unlinked',
      'skipped',
      'failed',
      'warnings',
    ])
      table.integer(`${count}_count`).notNullable().defaultTo(0);
    table.index(['run_id', 'position'], 'nsync_run_sources_run');
    table.index(['external_system_id'], 'nsync_run_sources_system');
  });

  await knex.schema.createTable('nsync_row_outcomes', (table) => {
    table.bigInteger('run_source_id').unsigned().notNullable();
    table.integer('row').notNullable();
    table.integer('line').nullable();
    table.specificType('external_key', exact(255)).nullable();
    table.specificType('status', exact(10)).notNullable();
    table.specificType('severity', exact(10)).nullable();
    table.specificType('object_id', exact(255)).nullable();
    table.text('changes', 'longtext').nullable();
    table.text('also_deleted', 'longtext').nullable();
    table.text('problems', 'longtext').nullable();
    table.primary(['run_source_id', 'row']);
    // The model is the source's: an index of the id alone is smaller, and written faster.
    table.index(['object_id'], 'nsync_row_outcomes_object');
  });

  // Objects that rows have changed beside their own: the other side of a relation.
  await knex.schema.createTable('nsync_related_changes', (table) => {
    table.bigIncrements('id');
    table.bigInteger('run_source_id').unsigned().notNullable();
    table.specificType('model', exact(190)).notNullable();
    table.specificType('object_id', exact(255)).notNullable();
    table.index(['model', 'object_id'], 'nsync_related_changes_object');
  });

  await knex.schema.createTable('nsync_locks', (table) => {
    table.specificType('model', exact(190)).notNullable().primary();
  });
  await knex('nsync_locks').insert({ model: '' });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'nsync_locks',
    'nsync_related_changes',
    'nsync_row_outcomes',
    'nsync_run_sources',
    'nsync_runs',
    'nsync_external_key_mappings',
    'nsync_external_systems',
  ])
    await knex.schema.dropTableIfExists(table);
}

/** Runs tell which version of nsync carried them out. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_runs', (table) => {
    // Null for runs of earlier versions.
    table.string('nsync_version', 40).nullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_runs', (table) => {
    table.dropColumn('nsync_version');
  });
}

/** Rows show the objects that they have changed on the other side of relations. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_row_outcomes', (table) => {
    table.text('also_changed', 'longtext').nullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_row_outcomes', (table) => {
    table.dropColumn('also_changed');
  });
}

/** A run that locks a model writes a version. So two runs on different nodes of a cluster are in conflict, although row locks are local to a node. */
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_locks', (table) => {
    table.bigInteger('version').notNullable().defaultTo(0);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_locks', (table) => {
    table.dropColumn('version');
  });
}

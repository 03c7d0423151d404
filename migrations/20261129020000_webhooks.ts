/** Webhooks that are told of runs that ended, and what was sent to them. */
import type { Knex } from 'knex';
import { exactText } from './20261123000000_own_tables';

export async function up(knex: Knex): Promise<void> {
  const exact = await exactText(knex);
  await knex.schema.createTable('nsync_webhooks', (table) => {
    table.increments('id');
    table.specificType('name', exact(100)).notNullable();
    table.text('url').notNullable();
    // JSON lists; null: all.
    table.text('systems').nullable();
    table.text('statuses').nullable();
    // As it is given to the receiver: deliveries are signed with it.
    table.specificType('secret', exact(100)).notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('disabled_at', { precision: 3 }).nullable();
    table.unique(['name'], { indexName: 'nsync_webhooks_name' });
  });
  await knex.schema.createTable('nsync_webhook_deliveries', (table) => {
    table.bigIncrements('id');
    table.integer('webhook_id').unsigned().notNullable().references('nsync_webhooks.id').onDelete('CASCADE');
    // The run may have been removed since.
    table.bigInteger('run_id').unsigned().notNullable();
    // The header webhook-id.
    table.specificType('message_id', exact(40)).notNullable();
    // Each attempt sends the same text.
    table.text('body', 'longtext').notNullable();
    table.specificType('status', exact(10)).notNullable();
    // Raised by whoever is about to send it, which nobody else does with the same number.
    table.integer('attempts').notNullable().defaultTo(0);
    table.integer('last_status_code').nullable();
    table.text('last_error').nullable();
    table.datetime('next_attempt_at', { precision: 3 }).nullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('delivered_at', { precision: 3 }).nullable();
    table.unique(['run_id', 'webhook_id'], { indexName: 'nsync_webhook_deliveries_run' });
    table.index(['webhook_id', 'id'], 'nsync_webhook_deliveries_webhook');
    table.index(['status', 'webhook_id', 'next_attempt_at'], 'nsync_webhook_deliveries_due');
  });
  await knex.schema.alterTable('nsync_runs', (table) => {
    // Until a run that has ended was looked at for deliveries. So none is missed, however its end was written.
    table.boolean('webhooks_due').notNullable().defaultTo(true);
    table.index(['webhooks_due'], 'nsync_runs_webhooks_due');
  });
  await knex('nsync_runs').whereNotIn('status', ['QUEUED', 'RUNNING']).update({ webhooks_due: false });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_runs', (table) => {
    table.dropIndex(['webhooks_due'], 'nsync_runs_webhooks_due');
    table.dropColumn('webhooks_due');
  });
  await knex.schema.dropTable('nsync_webhook_deliveries');
  await knex.schema.dropTable('nsync_webhooks');
}

/** Idempotency keys: a call that is repeated with its key is answered with the run of the first one (R49). */
import type { Knex } from 'knex';
import { exactText } from './20261123000000_own_tables';

export async function up(knex: Knex): Promise<void> {
  const exact = await exactText(knex);
  await knex.schema.createTable('nsync_idempotency_keys', (table) => {
    table.bigIncrements('id');
    // Whose key it is. Callers without a name share one.
    table.specificType('caller', exact(200)).notNullable();
    table.specificType('idempotency_key', exact(255)).notNullable();
    // SHA-256 of the call's content, in hexadecimal digits.
    table.specificType('fingerprint', exact(64)).notNullable();
    table.bigInteger('run_id').unsigned().notNullable().references('nsync_runs.id').onDelete('CASCADE');
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.unique(['caller', 'idempotency_key'], { indexName: 'nsync_idempotency_keys_key' });
    table.index(['run_id'], 'nsync_idempotency_keys_run');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('nsync_idempotency_keys');
}

/** Tokens that let services in, who started a run, and what administrators did. */
import type { Knex } from 'knex';
import { exactText } from './20261123000000_own_tables';

export async function up(knex: Knex): Promise<void> {
  const exact = await exactText(knex);
  await knex.schema.createTable('nsync_tokens', (table) => {
    table.increments('id');
    table.specificType('name', exact(100)).notNullable();
    // The first characters of the secret, for people who compare.
    table.specificType('prefix', exact(20)).notNullable();
    // SHA-256 of the secret, in hexadecimal digits.
    table.specificType('secret_hash', exact(64)).notNullable();
    table.text('scopes').notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.specificType('created_by', exact(190)).nullable();
    table.datetime('expires_at', { precision: 3 }).nullable();
    table.datetime('last_used_at', { precision: 3 }).nullable();
    table.datetime('revoked_at', { precision: 3 }).nullable();
    table.unique(['name'], { indexName: 'nsync_tokens_name' });
    table.unique(['secret_hash'], { indexName: 'nsync_tokens_secret_hash' });
  });
  await knex.schema.createTable('nsync_audit_events', (table) => {
    table.bigIncrements('id');
    table.datetime('at', { precision: 3 }).notNullable();
    // Null without authentication.
    table.specificType('actor', exact(190)).nullable();
    table.specificType('action', exact(40)).notNullable();
    // What was acted on: the name of a token or system, the id of a run.
    table.specificType('subject', exact(190)).nullable();
    // JSON: what was asked for, without secrets.
    table.text('details').notNullable();
    table.specificType('request_id', exact(100)).nullable();
  });
  await knex.schema.alterTable('nsync_runs', (table) => {
    table.specificType('started_by', exact(190)).nullable();
    table.index(['started_by'], 'nsync_runs_started_by');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('nsync_runs', (table) => {
    table.dropIndex(['started_by'], 'nsync_runs_started_by');
    table.dropColumn('started_by');
  });
  await knex.schema.dropTable('nsync_audit_events');
  await knex.schema.dropTable('nsync_tokens');
}

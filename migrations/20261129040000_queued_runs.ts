/** Runs that wait in a queue, and what their workers need to carry them out and to continue them. */
import type { Knex } from 'knex';
import { exactText } from './20261123000000_own_tables';

export async function up(knex: Knex): Promise<void> {
  const exact = await exactText(knex);
  await knex.schema.alterTable('nsync_runs', (table) => {
    // The process that works on the run: its host, process id and a random part.
    table.specificType('owner', exact(190)).nullable();
    // A process that has not reported for so long has lost the run.
    table.integer('lease_seconds').notNullable().defaultTo(45);
    // The error that ended the run, as JSON: code and message.
    table.text('error', 'longtext').nullable();
  });
  await knex.schema.createTable('nsync_run_jobs', (table) => {
    table.bigInteger('run_id').unsigned().notNullable().primary();
    table.foreign('run_id', 'nsync_run_jobs_run').references('nsync_runs.id').onDelete('CASCADE');
    // The system of the first source. Systems take turns.
    table.specificType('system_name', exact(100)).notNullable();
    // The call as JSON, without its rows and files.
    table.text('call', 'longtext').notNullable();
    table.integer('attempts_left').notNullable();
    // When a worker gave the run back, and how many seconds later another one may take it.
    table.datetime('returned_at', { precision: 3 }).nullable();
    table.integer('delay_seconds').notNullable().defaultTo(0);
    table.datetime('claimed_at', { precision: 3 }).nullable();
    table.index(['system_name', 'claimed_at'], 'nsync_run_jobs_turn');
  });
  // The rows and files of queued calls, so that processes need no common disk.
  await knex.schema.createTable('nsync_run_pieces', (table) => {
    table.bigInteger('run_id').unsigned().notNullable();
    table.integer('input').notNullable();
    table.integer('piece').notNullable();
    if (knex.client.config.client === 'mysql2') table.specificType('data', 'longblob').notNullable();
    else table.binary('data').notNullable();
    table.primary(['run_id', 'input', 'piece']);
    table.foreign('run_id', 'nsync_run_pieces_run').references('nsync_runs.id').onDelete('CASCADE');
  });
  // What each committed chunk of a queued run tells the next worker.
  await knex.schema.createTable('nsync_run_chunks', (table) => {
    table.bigInteger('run_id').unsigned().notNullable();
    table.integer('chunk').notNullable();
    table.text('entry', 'longtext').notNullable();
    table.primary(['run_id', 'chunk']);
    table.foreign('run_id', 'nsync_run_chunks_run').references('nsync_runs.id').onDelete('CASCADE');
  });
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['nsync_run_chunks', 'nsync_run_pieces', 'nsync_run_jobs']) await knex.schema.dropTable(table);
  await knex.schema.alterTable('nsync_runs', (table) => {
    table.dropColumn('error');
    table.dropColumn('lease_seconds');
    table.dropColumn('owner');
  });
}

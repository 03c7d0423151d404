/** The demo's tables, made where the demo models are asked for. */
import type { Knex } from 'knex';

/** Makes the tables that are not there yet. */
export async function createDemoTables(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('person')) return;
  await knex.schema.createTable('person', (table) => {
    table.increments('id');
    table.string('first_name', 50).notNullable();
    table.string('last_name', 50).notNullable();
    table.integer('age').nullable();
    table.string('hair_colour', 50).notNullable().defaultTo('Unknown');
    table.string('employee_id', 50).nullable().index();
    table.string('photo', 200).nullable();
  });
  await knex.schema.createTable('house', (table) => {
    table.increments('id');
    table.string('address', 100).notNullable().index();
    table.string('country', 100).notNullable().defaultTo('');
    table.integer('floors').nullable();
    table.integer('owner_id').unsigned().nullable().references('person.id').onDelete('SET NULL');
  });
  await knex.schema.createTable('car', (table) => {
    table.increments('id');
    table.string('rego_number', 10).notNullable().unique();
    table.string('name', 50).notNullable();
    table.integer('assigned_to_id').unsigned().nullable().references('person.id').onDelete('SET NULL');
  });
  await knex.schema.createTable('tag', (table) => {
    table.increments('id');
    table.string('label', 50).notNullable().unique();
  });
  await knex.schema.createTable('person_tag', (table) => {
    table.integer('person_id').unsigned().notNullable().references('person.id').onDelete('CASCADE');
    table.integer('tag_id').unsigned().notNullable().references('tag.id').onDelete('CASCADE');
    table.primary(['person_id', 'tag_id']);
  });
}

/** Removes them again, rows and all. */
export async function dropDemoTables(knex: Knex): Promise<void> {
  for (const table of ['person_tag', 'tag', 'car', 'house', 'person']) await knex.schema.dropTableIfExists(table);
}

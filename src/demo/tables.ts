/** The demo's tables, which are created when the demo models are used. */
import type { Knex } from 'knex';
import { dialectOf } from '../database';

/** Referenced tables come first. */
const TABLES: Readonly<Record<string, (table: Knex.CreateTableBuilder, key: () => void) => void>> = {
  person(table, key) {
    key();
    table.string('first_name', 50).notNullable();
    table.string('last_name', 50).notNullable();
    table.integer('age').nullable();
    table.string('hair_colour', 50).notNullable().defaultTo('Unknown');
    table.string('employee_id', 50).nullable().index();
    table.string('photo', 200).nullable();
  },
  house(table, key) {
    key();
    table.string('address', 100).notNullable().index();
    table.string('country', 100).notNullable().defaultTo('');
    table.integer('floors').nullable();
    table.integer('owner_id').nullable().index().references('person.id').onDelete('SET NULL');
  },
  car(table, key) {
    key();
    table.string('rego_number', 10).notNullable().unique();
    table.string('name', 50).notNullable();
    table.integer('assigned_to_id').nullable().index().references('person.id').onDelete('SET NULL');
  },
  tag(table, key) {
    key();
    table.string('label', 50).notNullable().unique();
  },
  person_tag(table) {
    table.integer('person_id').notNullable().references('person.id').onDelete('CASCADE');
    table.integer('tag_id').notNullable().references('tag.id').onDelete('CASCADE');
    table.primary(['person_id', 'tag_id']);
  },
};

/** The same key on all databases. knex's own type would refuse negative numbers on MySQL (R45). */
const keyOf =
  (knex: Knex, table: Knex.CreateTableBuilder): (() => void) =>
  () =>
    void table.specificType('id', dialectOf(knex).countedKey);

/** Creates the tables that do not exist yet. */
export async function createDemoTables(knex: Knex): Promise<void> {
  for (const [name, columns] of Object.entries(TABLES))
    if (!(await knex.schema.hasTable(name)))
      await knex.schema.createTable(name, (table) => columns(table, keyOf(knex, table)));
}

/** Deletes the tables with their rows. */
export async function dropDemoTables(knex: Knex): Promise<void> {
  for (const table of Object.keys(TABLES).reverse()) await knex.schema.dropTableIfExists(table);
}

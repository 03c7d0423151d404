/** The shop's tables. */
import type { Knex } from 'knex';

export async function createShopTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('customer', (table) => {
    table.increments('id');
    table.string('name', 50).notNullable().unique();
  });
  await knex.schema.createTable('purchase', (table) => {
    table.increments('id');
    table.string('receipt', 20).notNullable().unique();
    table.integer('amount').notNullable();
    table.integer('customer_id').unsigned().nullable().references('customer.id');
  });
}

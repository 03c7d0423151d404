/** Tables for the feed, as an application would have them: ids of its own, the feed's keys unique. */
import type { Knex } from 'knex';

export async function createFeedTables(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('gtfs_agency')) return;
  await knex.schema.createTable('gtfs_agency', (table) => {
    table.increments('id');
    table.string('agency_id', 20).notNullable().unique();
    table.string('agency_name', 100).notNullable();
    table.string('agency_url', 200).notNullable();
    table.string('agency_timezone', 50).notNullable();
    table.string('agency_lang', 10).nullable();
    table.string('agency_phone', 30).nullable();
  });
  await knex.schema.createTable('gtfs_route', (table) => {
    table.increments('id');
    table.string('route_id', 20).notNullable().unique();
    table.integer('agency_fk').unsigned().nullable().references('gtfs_agency.id');
    table.string('route_long_name', 100).notNullable();
    table.integer('route_type').notNullable();
    table.string('route_color', 6).nullable();
    table.string('route_text_color', 6).nullable();
  });
  await knex.schema.createTable('gtfs_stop', (table) => {
    table.increments('id');
    table.string('stop_id', 20).notNullable().unique();
    table.string('stop_code', 20).nullable();
    table.string('stop_name', 100).notNullable();
    table.decimal('stop_lat', 14, 12).notNullable();
    table.decimal('stop_lon', 15, 12).notNullable();
    table.string('stop_url', 200).nullable();
    table.integer('wheelchair_boarding').nullable();
  });
  await knex.schema.createTable('gtfs_calendar_date', (table) => {
    table.increments('id');
    table.string('service_id', 20).notNullable();
    table.date('date').notNullable();
    table.integer('exception_type').notNullable();
    table.unique(['service_id', 'date']);
  });
  await knex.schema.createTable('gtfs_trip', (table) => {
    table.increments('id');
    table.string('trip_id', 40).notNullable().unique();
    table.integer('route_fk').unsigned().notNullable().references('gtfs_route.id');
    table.string('service_id', 20).notNullable();
    table.string('trip_headsign', 100).nullable();
    table.string('trip_short_name', 40).nullable();
    table.integer('direction_id').nullable();
    table.string('shape_id', 20).nullable();
    table.integer('peak_offpeak').nullable();
  });
  await knex.schema.createTable('gtfs_stop_time', (table) => {
    table.increments('id');
    table.integer('trip_fk').unsigned().notNullable().references('gtfs_trip.id');
    table.integer('stop_sequence').notNullable();
    table.integer('stop_fk').unsigned().notNullable().references('gtfs_stop.id');
    // A service day has more than 24 hours: 25:21:00 is no time of day.
    table.string('arrival_time', 8).notNullable();
    table.string('departure_time', 8).notNullable();
    table.integer('pickup_type').nullable();
    table.integer('drop_off_type').nullable();
    table.unique(['trip_fk', 'stop_sequence']);
  });
  await knex.schema.createTable('gtfs_transfer', (table) => {
    table.increments('id');
    table.integer('from_stop_fk').unsigned().notNullable().references('gtfs_stop.id');
    table.integer('to_stop_fk').unsigned().notNullable().references('gtfs_stop.id');
    table.integer('from_trip_fk').unsigned().nullable().references('gtfs_trip.id');
    table.integer('to_trip_fk').unsigned().nullable().references('gtfs_trip.id');
    table.integer('transfer_type').notNullable();
    table.integer('min_transfer_time').nullable();
  });
}

/** Children before parents. */
export const FEED_TABLES = [
  'gtfs_transfer',
  'gtfs_stop_time',
  'gtfs_trip',
  'gtfs_calendar_date',
  'gtfs_stop',
  'gtfs_route',
  'gtfs_agency',
] as const;

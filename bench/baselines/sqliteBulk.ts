/** Prepared statements in a transaction, on a better-sqlite3 connection in this thread, as in hand-written code. */
import BetterSqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import { keyOf } from '../persons';
import type { Baseline } from './baseline';

const NOW = '2026-01-01 00:00:00.000';

/** A separate connection to the same file, with the engine's settings. */
function onConnection(knex: Knex, work: (database: BetterSqlite.Database) => void): Promise<void> {
  const { filename } = (knex.client as Knex.Client).connectionSettings as { filename: string };
  const database = new BetterSqlite(filename);
  try {
    database.pragma('busy_timeout = 250');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    database.transaction(() => work(database))();
  } finally {
    database.close();
  }
  return Promise.resolve();
}

const mappingOf = (database: BetterSqlite.Database) =>
  database.prepare(
    `INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (external_system_id, model, external_key) DO UPDATE SET object_id = excluded.object_id`,
  );

export const sqliteBulk: Baseline = {
  persons: (knex, systemId, persons) =>
    onConnection(knex, (database) => {
      const upsert = database.prepare(
        `INSERT INTO person (employee_id, first_name, last_name, age, hair_colour) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (employee_id) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name,
           age = excluded.age, hair_colour = excluded.hair_colour RETURNING id`,
      );
      const mapping = mappingOf(database);
      persons.forEach((p, index) => {
        const row = upsert.get(p.employee_id, p.first_name, p.last_name, p.age, p.hair_colour) as { id: number };
        mapping.run(systemId, 'Person', keyOf(index), String(row.id), NOW, NOW);
      });
    }),

  houses: (knex, systemId, houses) =>
    onConnection(knex, (database) => {
      const upsert = database.prepare(
        `INSERT INTO house (address, country, floors, owner_id) VALUES (?, ?, ?, (SELECT id FROM person WHERE employee_id = ?))
         ON CONFLICT (address) DO UPDATE SET country = excluded.country, floors = excluded.floors, owner_id = excluded.owner_id
         RETURNING id`,
      );
      const mapping = mappingOf(database);
      houses.forEach((house, index) => {
        const row = upsert.get(house.address, house.country, house.floors, house.owner) as { id: number };
        mapping.run(systemId, 'House', keyOf(index), String(row.id), NOW, NOW);
      });
    }),

  deletePersons: (knex, systemId, count) =>
    onConnection(knex, (database) => {
      const unmap = database.prepare(
        `DELETE FROM nsync_external_key_mappings WHERE external_system_id = ? AND model = 'Person' AND external_key = ? RETURNING object_id`,
      );
      const remove = database.prepare(
        `DELETE FROM person WHERE id = ?
         AND NOT EXISTS (SELECT 1 FROM nsync_external_key_mappings WHERE model = 'Person' AND object_id = ?)`,
      );
      for (let index = 0; index < count; index += 1) {
        const row = unmap.get(systemId, keyOf(index)) as { object_id: string } | undefined;
        if (row) remove.run(Number(row.object_id), row.object_id);
      }
    }),
};

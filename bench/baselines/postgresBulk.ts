/**
 * INSERT … SELECT FROM unnest … ON CONFLICT DO UPDATE: objects and their mappings in one statement, which is sent while the
 * database works on the one before.
 */
import type { Knex } from 'knex';
import { keyOf } from '../persons';
import { type Baseline, indices, parts, queued } from './baseline';

/** Knex sends a statement when its result is asked for. */
const runNow = (statement: Knex.Raw): Promise<unknown> => statement.then((result: unknown) => result);

export const postgresBulk: Baseline = {
  persons: (knex, systemId, persons) =>
    knex.transaction((trx) =>
      queued(persons, (start, part) =>
        runNow(
          trx.raw(
            `WITH v AS (
             SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int[], ?::text[])
               AS t(external_key, employee_id, first_name, last_name, age, hair_colour)
           ), p AS (
             INSERT INTO person (employee_id, first_name, last_name, age, hair_colour)
             SELECT employee_id, first_name, last_name, age, hair_colour FROM v
             ON CONFLICT (employee_id) DO UPDATE SET first_name = EXCLUDED.first_name, last_name = EXCLUDED.last_name,
               age = EXCLUDED.age, hair_colour = EXCLUDED.hair_colour
             RETURNING id, employee_id
           )
           INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
           SELECT ?::int, 'Person', external_key, p.id::text, now(), now() FROM p JOIN v USING (employee_id)
           ON CONFLICT (external_system_id, model, external_key) DO UPDATE SET object_id = EXCLUDED.object_id`,
            [
              part.map((_, index) => keyOf(start + index)),
              part.map((p) => p.employee_id),
              part.map((p) => p.first_name),
              part.map((p) => p.last_name),
              part.map((p) => p.age),
              part.map((p) => p.hair_colour),
              systemId,
            ],
          ),
        ),
      ),
    ),

  houses: (knex, systemId, houses) =>
    knex.transaction((trx) =>
      queued(houses, (start, part) =>
        runNow(
          trx.raw(
            `WITH v AS (
             SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::text[]) AS t(external_key, address, country, floors, owner)
           ), h AS (
             INSERT INTO house (address, country, floors, owner_id)
             SELECT address, country, floors, p.id FROM v LEFT JOIN person p ON p.employee_id = v.owner
             ON CONFLICT (address) DO UPDATE SET country = EXCLUDED.country, floors = EXCLUDED.floors, owner_id = EXCLUDED.owner_id
             RETURNING id, address
           )
           INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
           SELECT ?::int, 'House', external_key, h.id::text, now(), now() FROM h JOIN v USING (address)
           ON CONFLICT (external_system_id, model, external_key) DO UPDATE SET object_id = EXCLUDED.object_id`,
            [
              part.map((_, index) => keyOf(start + index)),
              part.map((house) => house.address),
              part.map((house) => house.country),
              part.map((house) => house.floors),
              part.map((house) => house.owner),
              systemId,
            ],
          ),
        ),
      ),
    ),

  deletePersons: (knex, systemId, count) =>
    knex.transaction(async (trx) => {
      for (const { part } of parts(indices(0, count))) {
        const { rows } = await trx.raw<{ rows: { object_id: string }[] }>(
          `DELETE FROM nsync_external_key_mappings WHERE external_system_id = ? AND model = 'Person' AND external_key = ANY(?::text[])
           RETURNING object_id`,
          [systemId, part.map(keyOf)],
        );
        await trx.raw(
          `DELETE FROM person WHERE id = ANY(?::int[])
           AND NOT EXISTS (SELECT FROM nsync_external_key_mappings m WHERE m.model = 'Person' AND m.object_id = person.id::text)`,
          [rows.map(({ object_id }) => Number(object_id))],
        );
      }
    }),
};

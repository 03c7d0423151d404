/** INSERT … ON DUPLICATE KEY UPDATE, for objects and then for mappings. */
import type { Knex } from 'knex';
import { keyOf } from '../persons';
import { type Baseline, indices, parts } from './baseline';

const NOW = '2026-01-01 00:00:00.000';

const tuples = (count: number, width: number): string =>
  Array.from({ length: count }, () => `(${Array.from({ length: width }, () => '?').join(',')})`).join(',');

type Ids = Map<string, number>;

async function idsBy(trx: Knex, table: string, column: string, values: readonly string[]): Promise<Ids> {
  const rows = (await trx(table)
    .whereIn(column, values as string[])
    .select('id', column)) as Record<string, unknown>[];
  return new Map(rows.map((row) => [String(row[column]), Number(row.id)]));
}

async function upsertMappings(trx: Knex, systemId: number, model: string, start: number, ids: readonly number[]) {
  await trx.raw(
    `INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
     VALUES ${tuples(ids.length, 6)} ON DUPLICATE KEY UPDATE object_id = VALUES(object_id)`,
    ids.flatMap((id, index) => [systemId, model, keyOf(start + index), String(id), NOW, NOW]),
  );
}

export const mysqlBulk: Baseline = {
  persons: (knex, systemId, persons) =>
    knex.transaction(async (trx) => {
      for (const { start, part } of parts(persons)) {
        await trx.raw(
          `INSERT INTO person (employee_id, first_name, last_name, age, hair_colour) VALUES ${tuples(part.length, 5)}
           ON DUPLICATE KEY UPDATE first_name = VALUES(first_name), last_name = VALUES(last_name), age = VALUES(age), hair_colour = VALUES(hair_colour)`,
          part.flatMap((p) => [p.employee_id, p.first_name, p.last_name, p.age, p.hair_colour]),
        );
        const keys = part.map(({ employee_id }) => employee_id);
        const ids = await idsBy(trx, 'person', 'employee_id', keys);
        await upsertMappings(trx, systemId, 'Person', start, keys.map((key) => ids.get(key) ?? 0)); // prettier-ignore
      }
    }),

  houses: (knex, systemId, houses) =>
    knex.transaction(async (trx) => {
      for (const { start, part } of parts(houses)) {
        const selects = part.map((_, index) => (index === 0 ? 'SELECT ? a, ? c, ? f, ? e' : 'SELECT ?, ?, ?, ?'));
        await trx.raw(
          `INSERT INTO house (address, country, floors, owner_id)
           SELECT v.a, v.c, v.f, p.id FROM (${selects.join(' UNION ALL ')}) v LEFT JOIN person p ON p.employee_id = v.e
           ON DUPLICATE KEY UPDATE country = VALUES(country), floors = VALUES(floors), owner_id = VALUES(owner_id)`,
          part.flatMap((house) => [house.address, house.country, house.floors, house.owner]),
        );
        const keys = part.map(({ address }) => address);
        const ids = await idsBy(trx, 'house', 'address', keys);
        await upsertMappings(trx, systemId, 'House', start, keys.map((key) => ids.get(key) ?? 0)); // prettier-ignore
      }
    }),

  deletePersons: (knex, systemId, count) =>
    knex.transaction(async (trx) => {
      for (const { part } of parts(indices(0, count))) {
        const mappings = (await trx('nsync_external_key_mappings')
          .where({ external_system_id: systemId, model: 'Person' })
          .whereIn('external_key', part.map(keyOf))
          .select('id', 'object_id')) as { id: number; object_id: string }[];
        await trx('nsync_external_key_mappings')
          .whereIn(
            'id',
            mappings.map(({ id }) => id),
          ) // prettier-ignore
          .delete();
        const ids = mappings.map(({ object_id }) => object_id);
        const stillMapped = new Set(
          await trx('nsync_external_key_mappings')
            .where({ model: 'Person' })
            .whereIn('object_id', ids)
            .pluck<string[]>('object_id'),
        );
        await trx('person')
          .whereIn('id', ids.filter((id) => !stillMapped.has(id)).map(Number)) // prettier-ignore
          .delete();
      }
    }),
};

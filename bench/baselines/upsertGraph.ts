/** Objection's own upsertGraph, for persons and then for mappings, whose ids are queried first. */
import type { Knex } from 'knex';
import { keyOf, type Person } from '../persons';
import { parts } from './baseline';
import { Mapping, PersonModel } from './perRow';

const NOW = '2026-01-01 00:00:00.000';

export const upsertGraph = (knex: Knex, systemId: number, persons: readonly Person[]): Promise<void> =>
  knex.transaction(async (trx) => {
    for (const { start, part } of parts(persons)) {
      const known = await PersonModel.query(trx)
        .whereIn(
          'employee_id',
          part.map((person) => person.employee_id),
        )
        .select('id', 'employee_id');
      const ids = new Map(known.map((person) => [person.employee_id, person.id]));
      const stored = await PersonModel.query(trx).upsertGraph(
        part.map((person) => ({
          ...person,
          ...(ids.has(person.employee_id) ? { id: ids.get(person.employee_id) } : {}),
        })),
        { insertMissing: true },
      );
      const keys = part.map((_, index) => keyOf(start + index));
      const mapped = await Mapping.query(trx)
        .where({ external_system_id: systemId, model: 'Person' })
        .whereIn('external_key', keys);
      const mappingIds = new Map(mapped.map((mapping) => [mapping.external_key, mapping.id]));
      await Mapping.query(trx).upsertGraph(
        stored.map(({ id }, index) => {
          const key = keys[index] ?? '';
          const mappingId = mappingIds.get(key);
          return {
            external_system_id: systemId,
            model: 'Person',
            external_key: key,
            object_id: String(id),
            created_at: NOW,
            updated_at: NOW,
            ...(mappingId === undefined ? {} : { id: mappingId }),
          };
        }),
        { insertMissing: true },
      );
    }
  });

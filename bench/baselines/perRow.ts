/** Objection, row by row: find the mapping, find the object, insert or patch, insert the mapping. */
import type { Knex } from 'knex';
import { Model } from 'objection';
import { keyOf, type Person } from '../persons';

export class Mapping extends Model {
  static override tableName = 'nsync_external_key_mappings';
  declare id: number;
  declare external_system_id: number;
  declare model: string;
  declare external_key: string;
  declare object_id: string;
  declare created_at: string;
  declare updated_at: string;
}

export class PersonModel extends Model {
  static override tableName = 'person';
  declare id: number;
  declare employee_id: string;
  declare first_name: string;
  declare last_name: string;
  declare age: number;
  declare hair_colour: string;
}

const NOW = '2026-01-01 00:00:00.000';

export async function perRowOne(trx: Knex, systemId: number, person: Person, key: string): Promise<void> {
  const mapping = await Mapping.query(trx).findOne({
    external_system_id: systemId,
    model: 'Person',
    external_key: key,
  });
  const found = mapping
    ? await PersonModel.query(trx).findById(mapping.object_id)
    : await PersonModel.query(trx).findOne({ employee_id: person.employee_id });
  const object = found ?? (await PersonModel.query(trx).insert({ ...person }));
  if (found) await PersonModel.query(trx).findById(found.id).patch({ ...person }); // prettier-ignore
  if (!mapping)
    await Mapping.query(trx).insert({
      external_system_id: systemId,
      model: 'Person',
      external_key: key,
      object_id: String(object.id),
      created_at: NOW,
      updated_at: NOW,
    });
}

export const perRow = (knex: Knex, systemId: number, persons: readonly Person[]): Promise<void> =>
  knex.transaction(async (trx) => {
    for (const [index, person] of persons.entries()) await perRowOne(trx, systemId, person, keyOf(index));
  });

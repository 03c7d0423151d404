/** A class with a jsonSchema that requires numbers for columns with exact values (R17). */
import { type JSONSchema, Model } from 'objection';
import { DATABASES } from '../support/databases';
import { run } from './existingTables';

class Priced extends Model {
  static override tableName = 'priced';
  static override jsonSchema: JSONSchema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      price: { type: ['number', 'null'], minimum: 0 },
      big: { type: 'integer' },
      text: { type: 'string' },
    },
  };

  declare price: number | string;
  set cheap(value: boolean) {
    if (value) this.price = 0.5;
  }
}

describe.each(DATABASES)('a jsonSchema on $name', (kind) => {
  it('R17: sees numbers where it asks for them, and what is stored stays exact', () =>
    run(
      kind,
      [Priced],
      ['CREATE TABLE priced (id integer PRIMARY KEY, name varchar(20), price decimal(18,2), big bigint, text decimal(10,2))'], // prettier-ignore
      async (sync, knex) => {
        const rows = [
          { $match: 'name', id: 1, name: 'a', price: '12.50', big: '9007199254740993', text: '1.25' },
          { $match: 'name', id: 2, name: 'b', price: '1234567890123', big: 5 },
          { $match: 'name', id: 3, name: 'c', price: '-1' },
        ];
        expect(await sync('Priced', rows)).toEqual(['CREATED', 'CREATED', 'FAILED VALIDATION_FAILED(price)']);
        expect(await sync('Priced', rows.slice(0, 2))).toEqual(['UNCHANGED', 'UNCHANGED']);
        expect(await sync('Priced', [{ $match: 'name', name: 'a', cheap: false }])).toEqual(['UNCHANGED']);
        expect(
          await sync('Priced', [
            { $match: 'name', name: 'a', cheap: true },
            { $match: 'name', name: 'b', price: -1 },
            { $match: 'name', name: 'b', price: '9.99' },
          ]),
        ).toEqual(['UPDATED', 'FAILED VALIDATION_FAILED(price)', 'UPDATED']);
        expect(
          (await knex('priced').select('price', knex.raw('CAST(big AS char(20)) AS big')).orderBy('id')).map(
            ({ price, big }: { price: unknown; big: string }) => [Number(price), big.trim()],
          ),
        ).toEqual([
          [0.5, '9007199254740993'],
          [9.99, '5'],
        ]);
      },
    ));
});

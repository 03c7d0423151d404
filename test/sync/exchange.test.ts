/** Rows of one run exchange unique values (R17b). */
import type { Knex } from 'knex';
import { Model, type RelationMappings } from 'objection';
import { DATABASES } from '../support/databases';
import { testEngine, type TestRow, told } from '../support/engine';

const createTables = async ({ schema }: Knex): Promise<void> => {
  await schema.createTable('item', (table) => {
    table.increments('id');
    table.string('name', 20).notNullable();
    table.string('code', 20).notNullable().unique();
    table.integer('slot').nullable().unique();
    table.date('day').notNullable().defaultTo('2000-01-01');
    table.integer('shelf').notNullable().defaultTo(0);
    table.unique(['shelf', 'day', 'name']);
  });
};

/** An item's key, code and slot. Its name is its key. */
type Item = readonly [key: string, code: string, slot?: number | null];

const rowOf = ([key, code, slot = null]: Item): TestRow => ({ $key: key, name: key, code, slot });

interface Case {
  readonly what: string;
  readonly before: readonly Item[];
  /** Items of another system. */
  readonly others?: readonly Item[];
  readonly rows: readonly (Item | { readonly $key: string; readonly $flags: string })[];
  readonly after: readonly Item[];
  readonly outcomes?: readonly string[];
}

const CHAIN = Array.from({ length: 30 }, (_, index): Item => [`k${index}`, `C${index}`, index]);

const CASES: readonly Case[] = [
  { what: 'a chain', before: [['k1', 'A'], ['k2', 'B']], rows: [['k1', 'B'], ['k2', 'C']], after: [['k1', 'B'], ['k2', 'C']] },
  { what: 'a swap', before: [['k1', 'A'], ['k2', 'B']], rows: [['k1', 'B'], ['k2', 'A']], after: [['k1', 'B'], ['k2', 'A']] },
  { what: 'a rotation', before: [['k1', 'A', 1], ['k2', 'B', 2], ['k3', 'C', 3]], rows: [['k1', 'B', 2], ['k2', 'C', 3], ['k3', 'A', 1]], after: [['k1', 'B', 2], ['k2', 'C', 3], ['k3', 'A', 1]] },
  { what: 'a swap of one key and a chain of another', before: [['k1', 'A', 1], ['k2', 'B', 2]], rows: [['k1', 'B', 2], ['k2', 'A', 3]], after: [['k1', 'B', 2], ['k2', 'A', 3]] },
  { what: 'a value that a later row deletes', before: [['k1', 'A'], ['k2', 'B']], rows: [['k1', 'B'], { $key: 'k2', $flags: 'd' }], after: [['k1', 'B']], outcomes: ['UPDATED', 'DELETED'] },
  { what: 'a new object that takes a value', before: [['k1', 'A']], rows: [['k2', 'A'], ['k1', 'B']], after: [['k1', 'B'], ['k2', 'A']], outcomes: ['CREATED', 'UPDATED'] },
  { what: 'a value of an object that does not change', before: [['k1', 'A'], ['k2', 'B']], rows: [['k1', 'B']], after: [['k1', 'A'], ['k2', 'B']], outcomes: ['FAILED UNIQUE_VIOLATION(code)'] },
  { what: 'a value that two rows take', before: [['k1', 'A'], ['k2', 'B'], ['k3', 'C']], rows: [['k1', 'B'], ['k3', 'B'], ['k2', 'A']], after: [['k1', 'B'], ['k2', 'A'], ['k3', 'C']], outcomes: ['UPDATED', 'FAILED UNIQUE_VIOLATION(code)', 'UPDATED'] },
  { what: 'a value of another system', before: [['k1', 'A']], others: [['x1', 'B']], rows: [['k1', 'B']], after: [['k1', 'A'], ['x1', 'B']], outcomes: ['FAILED UNIQUE_VIOLATION(code)'] },
  { what: 'values in a circle, and again in the other direction', before: [['k1', 'A', 1], ['k2', 'B', 2], ['k3', 'C', 3]], rows: [['k1', 'C', 3], ['k3', 'A', 1], ['k1', 'B', 2], ['k2', 'C', 3], ['k3', 'A', 1]], after: [['k1', 'B', 2], ['k2', 'C', 3], ['k3', 'A', 1]], outcomes: ['UPDATED', 'UPDATED', 'UPDATED', 'UPDATED', 'UNCHANGED'] },
  { what: 'a long chain, each row before the one that it waits for', before: CHAIN, rows: CHAIN.map(([key, , slot]) => [key, `C${Number(slot) + 1}`, Number(slot) + 1]), after: CHAIN.map(([key, , slot]) => [key, `C${Number(slot) + 1}`, Number(slot) + 1]) },
  { what: 'two swaps and a chain that ends at one of them', before: [['k1', 'A'], ['k2', 'B'], ['k3', 'C'], ['k4', 'D'], ['k5', 'E']], rows: [['k5', 'D'], ['k1', 'B'], ['k2', 'A'], ['k3', 'E'], ['k4', 'C']], after: [['k1', 'B'], ['k2', 'A'], ['k3', 'E'], ['k4', 'C'], ['k5', 'D']] },
]; // prettier-ignore

/** Linked to others of its kind, which see the links by `back`. */
class Knot extends Model {
  static override tableName = 'knot';
  static override get relationMappings(): RelationMappings {
    const link = (from: string, to: string): RelationMappings[string] => ({
      relation: Model.ManyToManyRelation,
      modelClass: Knot,
      join: { from: 'knot.id', through: { from: `knot_link.${from}`, to: `knot_link.${to}` }, to: 'knot.id' },
    });
    return { there: link('one_id', 'other_id'), back: link('other_id', 'one_id') };
  }
}

async function createKnots(knex: Knex): Promise<void> {
  await knex.schema.createTable('knot', (table) => {
    table.increments('id');
    table.string('name', 20).notNullable().unique();
    table.string('code', 20).notNullable().unique();
  });
  await knex.schema.createTable('knot_link', (table) => {
    for (const side of ['one_id', 'other_id']) {
      const column = table.integer(side).unsigned().notNullable();
      column.references('id').inTable('knot').onDelete('CASCADE');
    }
    table.primary(['one_id', 'other_id']);
  });
}

const RUNS = [
  { chunkSize: 1, onError: 'ROLLBACK' },
  { chunkSize: 2, onError: 'CONTINUE' },
  { chunkSize: 1000, onError: 'ROLLBACK' },
  { chunkSize: 1000, onError: 'CONTINUE' },
] as const;

describe.each(DATABASES)('unique values on $name', (kind) => {
  it.each(CASES)('R17b: rows exchange $what', async ({ before, others = [], rows, after, outcomes }) => {
    const fails = outcomes?.some((outcome) => outcome.startsWith('FAILED')) ?? false;
    const engine = await testEngine(kind, null, ({ database }) => createTables(database.knex));
    const { knex } = engine.test.database;
    try {
      for (const { chunkSize, onError } of RUNS) {
        await knex('item').delete();
        await knex('nsync_external_key_mappings').delete();
        await engine.sync('item', before.map(rowOf), { chunkSize });
        await engine.sync('item', others.map(rowOf), { system: 'Other', chunkSize });
        const given = rows.map((row): TestRow => ('$key' in row ? row : rowOf(row)));
        const results = await engine.sync('item', given, { chunkSize, onError });
        expect(results.map(told)).toEqual(outcomes ?? rows.map(() => 'UPDATED'));
        expect(results.map(({ row }) => row)).toEqual(rows.map((_, index) => index + 1));
        const isUndone = fails && onError === 'ROLLBACK';
        const stored = (await knex('item').select('name', 'code', 'slot').orderBy('id')) as { name: string; code: string; slot: number | null }[]; // prettier-ignore
        expect(new Set(stored.map(({ name, code, slot }) => `${name} ${code} ${slot}`))).toEqual(
          new Set(
            (isUndone ? [...before, ...others] : after).map(([key, code, slot = null]) => `${key} ${code} ${slot}`),
          ),
        );
        for (const { changes } of results.filter(({ status }) => status === 'UPDATED'))
          expect(changes.find(({ field }) => field === 'code')?.before).toMatch(/^[A-E]$|^C\d+$/);
      }
    } finally {
      await engine.close();
    }
  });

  it.each<readonly [string, readonly TestRow[], readonly string[]]>([
    [
      'a value that an earlier row gave',
      [{ code: 'N', slot: 5 }, { code: 'B', slot: 1 }, { code: 'A' }],
      ['CREATED', 'UPDATED', 'FAILED (code) (code, slot)'],
    ],
    [
      'values that an earlier row gave',
      [{ code: 'N', slot: 1, shelf: 2, day: '2001-01-01' }, { name: 'x', code: 'A' }, { shelf: 1 }],
      ['CREATED', 'FAILED (code) (code, slot)', 'UPDATED'],
    ],
    ['a default', [{ code: 'N' }, { name: 'x', code: 'A' }], ['CREATED', 'FAILED (code) (shelf, day, name)']],
    [
      'an object that an earlier row deletes',
      [{ code: 'N', slot: 1 }, { $flags: 'd' }, { code: 'A', slot: 1 }, { code: 'B', slot: 1 }],
      ['CREATED', 'DELETED', 'FAILED (code) (code, slot)', 'CREATED'],
    ],
    [
      'a target that is missing',
      [
        { code: 'N', slot: 1 },
        { code: 'A', room_id: 9 },
      ],
      ['CREATED', 'FAILED (code) (code, slot) (room_id)'],
    ],
  ])(
    'R17, R17b: a row reports all its conflicts, with %s, whatever the chunk size',
    async (_which, given, expected) => {
      const engine = await testEngine(kind, null, async ({ database: { knex } }) => {
        await knex.schema.createTable('room', (table) => table.increments('id'));
        await createTables(knex);
        await knex.schema.alterTable('item', (table) => {
          table.dropUnique(['slot']);
          table.unique(['code', 'slot']);
          table.integer('room_id').unsigned().nullable().references('id').inTable('room');
        });
      });
      const { knex } = engine.test.database;
      try {
        for (const { chunkSize, onError } of RUNS) {
          for (const table of ['item', 'nsync_external_key_mappings']) await knex(table).delete();
          await engine.sync('item', [{ $key: 'x', name: 'x', code: 'A', slot: 1 }], { system: 'Other' });
          // After a conflict, the conflicts of the chunk's other rows are looked up before they are written.
          const rows = [
            { $key: 'k0', name: 'm', code: 'A' },
            ...given.map((row) => ({ $key: 'k1', name: 'n', ...row })),
          ];
          const outcomes = await engine.sync('item', rows, { chunkSize, onError });
          const reported = outcomes.map(({ status, problems }) => [status, ...problems.map(({ field }) => `(${field})`).sort()].join(' ')); // prettier-ignore
          expect({ chunkSize, onError, reported }).toEqual({
            chunkSize,
            onError,
            reported: ['FAILED (code)', ...expected],
          });
        }
      } finally {
        await engine.close();
      }
    },
  );

  it('R17b: of a key of several columns, rows exchange one and keep the others', async () => {
    const engine = await testEngine(kind, null, async ({ database: { knex } }) => {
      await knex.schema.createTable('seat', (table) => {
        table.integer('hall').notNullable();
        table.integer('id').notNullable();
        table.primary(['hall', 'id']);
        table.integer('floor').nullable();
        table.string('place', 20).notNullable();
        table.unique(['hall', 'place']);
        table.integer('number').notNullable();
        table.unique(['floor', 'number']);
      });
    });
    const seat = (id: number, place: string, number: number): TestRow => ({ $key: `k${id}`, $match: 'hall id', hall: 7, id, floor: 2, place, number }); // prettier-ignore
    try {
      await engine.sync('seat', [seat(1, 'a', 10), seat(2, 'b', 20), seat(3, 'c', 30)]);
      const rows = [['k1', 'b', 20], ['k2', 'a', 30], ['k3', 'd', 10]].map(([$key, place, number]) => ({ $key: String($key), place, number })); // prettier-ignore
      expect((await engine.sync('seat', rows)).map(told)).toEqual(['UPDATED', 'UPDATED', 'UPDATED']);
      expect(await engine.test.database.knex('seat').orderBy('id')).toEqual([
        { hall: 7, id: 1, floor: 2, place: 'b', number: 20 },
        { hall: 7, id: 2, floor: 2, place: 'a', number: 30 },
        { hall: 7, id: 3, floor: 2, place: 'd', number: 10 },
      ]);
    } finally {
      await engine.close();
    }
  });

  it.each<readonly [string, TestRow, TestRow, readonly string[]]>([
    ['one of them', { 'there=>+name': 'C' }, {}, ['k1 k3']],
    ['both of them, by the same relation', { 'there=>+name': 'C' }, { 'there=>+name': 'C' }, ['k1 k3', 'k2 k3']],
    ['one of them, on both sides', { 'there=>+name': 'C', 'back=>+name': 'C' }, {}, ['k1 k3', 'k3 k1']],
    ['one of them, to itself', { 'there=>+code': '1' }, {}, ['k1 k1']],
  ])('R17b, R24: rows exchange values, with links of %s', async (_which, one, other, links) => {
    const engine = await testEngine(kind, [Knot], ({ database }) => createKnots(database.knex));
    const { knex } = engine.test.database;
    try {
      for (const { chunkSize, onError } of RUNS) {
        for (const table of ['knot_link', 'knot', 'nsync_external_key_mappings']) await knex(table).delete();
        const before = ['A', 'B', 'C'].map((name, index) => ({ $key: `k${index + 1}`, name, code: String(index + 1) }));
        await engine.sync('Knot', before, { chunkSize });
        const rows = [{ $key: 'k1', name: 'B', ...one }, { $key: 'k2', name: 'A', ...other }]; // prettier-ignore
        expect((await engine.sync('Knot', rows, { chunkSize, onError })).map(told)).toEqual(['UPDATED', 'UPDATED']);
        expect(await knex('knot').orderBy('code').pluck('name')).toEqual(['B', 'A', 'C']);
        const stored = (await knex({ l: 'knot_link' }).join({ one: 'knot' }, 'one.id', 'l.one_id').join({ other: 'knot' }, 'other.id', 'l.other_id').select({ one: 'one.code', other: 'other.code' })) as { one: string; other: string }[]; // prettier-ignore
        expect(stored.map((link) => `k${link.one} k${link.other}`).sort()).toEqual(links);
      }
    } finally {
      await engine.close();
    }
  });
});

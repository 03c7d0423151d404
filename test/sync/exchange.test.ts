/** Rows of one run exchange unique values (R17b). */
import type { Knex } from 'knex';
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
});

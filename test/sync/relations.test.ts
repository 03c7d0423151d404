/** Relations in combination with keys, deletes and the database's own actions; row by row and in one chunk. */
import { Model, type RelationMappings } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow, told } from '../support/engine';

class Cat extends Model {
  static override tableName = 'cat';
  static override relationMappings = (): RelationMappings => ({
    parent: { relation: Model.BelongsToOneRelation, modelClass: Cat, join: { from: 'cat.parent_id', to: 'cat.id' } },
    children: { relation: Model.HasManyRelation, modelClass: Cat, join: { from: 'cat.id', to: 'cat.parent_id' } },
    followers: { relation: Model.HasManyRelation, modelClass: Cat, join: { from: 'cat.code', to: 'cat.follows' } },
    friends: {
      relation: Model.ManyToManyRelation,
      modelClass: Cat,
      join: { from: 'cat.id', through: { from: 'friend.one', to: 'friend.other' }, to: 'cat.id' },
    },
    passport: { relation: Model.HasOneRelation, modelClass: Passport, join: { from: 'cat.id', to: 'passport.cat_id' } },
  });
}

/** Its key is the cat's key. */
class Passport extends Model {
  static override tableName = 'passport';
  static override idColumn = 'cat_id';
  static override relationMappings = (): RelationMappings => ({
    cat: { relation: Model.BelongsToOneRelation, modelClass: Cat, join: { from: 'passport.cat_id', to: 'cat.id' } },
  });
}

class House extends Model {
  static override tableName = 'cat_house';
  static override relationMappings = (): RelationMappings => ({
    owner: {
      relation: Model.BelongsToOneRelation,
      modelClass: Cat,
      join: { from: 'cat_house.owner_id', to: 'cat.id' },
    },
  });
}

class Room extends Model {
  static override tableName = 'cat_room';
  static override relationMappings = (): RelationMappings => ({
    house: {
      relation: Model.BelongsToOneRelation,
      modelClass: House,
      join: { from: 'cat_room.house_id', to: 'cat_house.id' },
    },
  });
}

class Bed extends Model {
  static override tableName = 'cat_bed';
  static override relationMappings = (): RelationMappings => ({
    room: {
      relation: Model.BelongsToOneRelation,
      modelClass: Room,
      join: { from: 'cat_bed.room_id', to: 'cat_room.id' },
    },
  });
}

const TABLES = ['cat_bed', 'cat_room', 'cat_house', 'friend', 'passport', 'cat'];

interface Step {
  readonly model?: string;
  readonly rows: readonly TestRow[];
}

interface Case {
  readonly title: string;
  /** Each step is a separate call. */
  readonly before: readonly Step[];
  readonly then: Step;
  readonly outcomes: readonly string[];
  readonly table: string;
  readonly columns: readonly string[];
  readonly expected: readonly unknown[][];
}

const named = (...names: string[]): Step => ({ rows: names.map((name) => ({ $match: 'name', name })) });
const by = (match: string, ...rows: TestRow[]): readonly TestRow[] => rows.map((row) => ({ $match: match, ...row }));

const CASES: readonly Case[] = [
  {
    title: 'R12: a reference does not change the key',
    before: [named('a', 'b'), { model: 'Passport', rows: by('number', { number: 'p', 'cat=>name': 'a', $key: 'p' }) }],
    then: { model: 'Passport', rows: [{ $key: 'p', number: 'q', 'cat=>name': 'b' }] },
    outcomes: ['FAILED INVALID_VALUE(cat_id)'],
    table: 'passport',
    columns: ['number'],
    expected: [['p']],
  },
  {
    title: 'R12 R25: the other side does not change the key of the object',
    before: [named('a', 'b'), { model: 'Passport', rows: by('number', { number: 'p', 'cat=>name': 'a' }) }],
    then: { rows: by('name', { name: 'b', 'passport=>number': 'p' }) },
    outcomes: ['FAILED INVALID_VALUE(cat_id)'],
    table: 'passport',
    columns: ['number'],
    expected: [['p']],
  },
  {
    title: 'R25: nothing points to an empty value',
    before: [{ rows: by('name', { name: 'a', code: 'x' }, { name: 'b' }, { name: 'q', follows: 'x' }) }],
    then: { rows: by('name', { name: 'b', 'followers=>name': 'q' }) },
    outcomes: ['UNCHANGED REFERENCE_NOT_FOUND(followers)'],
    table: 'cat',
    columns: ['name', 'follows'],
    expected: [
      ['a', null],
      ['b', null],
      ['q', 'x'],
    ],
  },
  {
    title: 'R25: others point to the value that the row sets',
    before: [{ rows: by('name', { name: 'a', code: 'y' }, { name: 'q' }) }],
    then: { rows: by('name', { name: 'a', code: 'z', 'followers=>name': 'q' }) },
    outcomes: ['UPDATED'],
    table: 'cat',
    columns: ['name', 'code', 'follows'],
    expected: [
      ['a', 'z', null],
      ['q', null, 'z'],
    ],
  },
  {
    title: 'R10 R25: what the row deletes points nowhere',
    before: [{ rows: by('name', { name: 'a', $key: '1' }, { name: 'b' }) }],
    then: { rows: by('name', { name: 'b', $key: '1', 'children=>name': 'b', 'friends=>+name': 'b' }) },
    outcomes: ['UPDATED REFERENCE_NOT_FOUND(children) REFERENCE_NOT_FOUND(friends)'],
    table: 'cat',
    columns: ['name', 'parent_id'],
    expected: [['b', null]],
  },
  {
    title: 'R20 R27: null beside a column that names an object says nothing, so that the field counts',
    before: [{ rows: by('name', { id: 1, name: 'p' }) }],
    then: {
      rows: by(
        'name',
        { name: 'q', parent_id: 1, parent: null, 'parent=>name': 'nobody' },
        { name: 'r', parent: null, 'parent=>name': 'p' },
        { name: 's', parent_id: 1, parent: null, 'parent=>name': '' },
      ),
    },
    outcomes: ['CREATED REFERENCE_NOT_FOUND(parent)', 'CREATED', 'CREATED'],
    table: 'cat',
    columns: ['name', 'parent_id'],
    expected: [
      ['p', null],
      ['q', 1],
      ['r', 1],
      ['s', null],
    ],
  },
  {
    title: 'R20: a reference over hops that could only be the object itself is not found',
    before: [],
    then: { rows: by('name', { id: 10, name: 'a', 'parent=>parent=>name': 'a' }) },
    outcomes: ['CREATED REFERENCE_NOT_FOUND(parent)'],
    table: 'cat',
    columns: ['name', 'parent_id'],
    expected: [['a', null]],
  },
  {
    title: 'R26 R34: a delete is seen over several hops',
    before: [
      named('p', 'q'),
      { model: 'House', rows: by('name', { name: 'h', 'owner=>name': 'p' }) },
      { model: 'Room', rows: by('name', { name: 'r', 'house=>name': 'h' }) },
      { model: 'Bed', rows: by('name', { name: 'b' }) },
    ],
    then: { rows: by('name', { name: 'p', $flags: 'd*' }, { name: 'q', 'children=>parent=>name': 'p' }) },
    outcomes: ['DELETED', 'UNCHANGED REFERENCE_NOT_FOUND(children)'],
    table: 'cat',
    columns: ['name'],
    expected: [['q']],
  },
  {
    title: 'R26: what ON UPDATE CASCADE changes is seen by later rows',
    before: [{ rows: by('name', { name: 'p', code: 'x' }, { name: 'q', follows: 'x' }) }],
    then: {
      rows: [...by('name', { name: 'p', code: 'y' }), ...by('follows', { follows: 'y', level: 5, $flags: 'u*' })],
    },
    outcomes: ['UPDATED', 'UPDATED'],
    table: 'cat',
    columns: ['name', 'follows', 'level'],
    expected: [
      ['p', null, null],
      ['q', 'y', 5],
    ],
  },
  {
    title: 'R24: what is added and removed at once settles',
    before: [named('a', 'b')],
    then: {
      rows: [1, 2].map(() => ({
        $match: 'name',
        name: 'a',
        friends: { add: [{ name: 'b' }], remove: [{ name: 'b' }] },
      })),
    },
    outcomes: ['UNCHANGED', 'UNCHANGED'],
    table: 'friend',
    columns: ['one'],
    expected: [],
  },
];

describe.each(DATABASES.flatMap((kind) => [1, 1000].map((chunkSize) => ({ kind, chunkSize, name: kind.name }))))(
  'relations on $name, $chunkSize rows a chunk',
  ({ kind, chunkSize }) => {
    let engine: TestEngine;
    beforeAll(async () => {
      engine = await testEngine(
        kind,
        [Cat, Passport, House, Room, Bed],
        async ({ database: { knex } }) => {
          await knex.schema.createTable('cat', (table) => {
            table.increments('id');
            table.string('name', 20).notNullable();
            table.string('code', 20).nullable().unique();
            table.integer('level').nullable();
            table.integer('parent_id').unsigned().nullable().references('cat.id').onDelete('SET NULL');
            table.string('follows', 20).nullable();
          });
          // InnoDB treats ON UPDATE CASCADE within one table as RESTRICT.
          if (kind.name !== 'MariaDB')
            await knex.schema.alterTable('cat', (table) => {
              table.foreign('follows').references('cat.code').onUpdate('CASCADE');
            });
          await knex.schema.createTable('friend', (table) => {
            table.integer('one').unsigned().notNullable().references('cat.id').onDelete('CASCADE');
            table.integer('other').unsigned().notNullable().references('cat.id').onDelete('CASCADE');
            table.primary(['one', 'other']);
          });
          await knex.schema.createTable('passport', (table) => {
            table.integer('cat_id').unsigned().primary().references('cat.id');
            table.string('number', 20).notNullable();
          });
          for (const [table, column, target] of [
            ['cat_house', 'owner_id', 'cat'],
            ['cat_room', 'house_id', 'cat_house'],
            ['cat_bed', 'room_id', 'cat_room'],
          ] as const)
            await knex.schema.createTable(table, (made) => {
              made.increments('id');
              made.string('name', 20).notNullable();
              made.integer(column).unsigned().nullable().references(`${target}.id`).onDelete('SET NULL');
            });
        },
        { chunkSize },
      );
    });
    afterAll(() => engine.close());

    beforeEach(async () => {
      const { knex } = engine.test.database;
      await knex('cat').update({ parent_id: null, follows: null });
      for (const table of TABLES) await knex(table).delete();
      await knex('nsync_external_key_mappings').delete();
    });

    it.each(CASES.filter(({ title }) => kind.name !== 'MariaDB' || !title.includes('CASCADE')))(
      '$title',
      async ({ before, then, outcomes, table, columns, expected }) => {
        for (const { model = 'Cat', rows } of before) await engine.sync(model, rows);
        expect((await engine.sync(then.model ?? 'Cat', then.rows)).map(told)).toEqual(outcomes);
        const rows = (await engine.test.database.reader(table).orderBy(columns[0] ?? '')) as Record<string, unknown>[];
        expect(rows.map((row) => columns.map((column) => row[column]))).toEqual(expected);
      },
    );

    it('R21, R41: a create that fails keeps its warnings, though the update finds the reference', async () => {
      await engine.sync('Cat', [{ $match: 'name', name: 'b' }]);
      await engine.sync('Cat', [{ $flags: 'u*', $match: 'name', name: 'b', 'parent=>name': 'b' }]);
      const rows = [
        { $match: 'parent=>@', 'parent=>@': 'k2' },
        { $flags: 'c', $key: 'k2', $match: 'name', name: 'b' },
      ];
      const [first] = await engine.sync('Cat', rows, { order: ['CREATE', 'UPDATE', 'DELETE'] });
      expect(first && told(first)).toBe('FAILED REFERENCE_NOT_FOUND(parent) NOT_NULL_VIOLATION(name)');
    });
  },
);

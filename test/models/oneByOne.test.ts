/** Models with static hooks are written object by object, with the same results (R13, R14, R17). */
import { Model, type StaticHookArguments } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

const inserted: string[] = [];

class Event extends Model {
  static override tableName = 'event';
  declare name: string;
  static override beforeInsert({ inputItems }: StaticHookArguments<Event>): void {
    for (const { name } of inputItems as Event[]) inserted.push(name);
  }
}

class Made extends Model {
  static override tableName = 'made';
  static override beforeInsert(): void {
    // The hook only needs to exist.
  }
}

describe.each(DATABASES)('models with static hooks on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Event, Made], async ({ database: { knex } }) => {
      await knex.schema.createTable('event', (table) => {
        table.increments('id');
        table.string('name', 20).notNullable();
        table.string('code', 20).nullable().unique();
        table.datetime('at', { precision: 3 }).nullable();
        table.date('day').nullable();
        table.json('content').nullable();
        table.boolean('done').nullable();
        table.decimal('price', 12, 2).nullable();
      });
      const id = { SQLite: 'text', MariaDB: 'uuid', PostgreSQL: 'uuid' }[kind.name];
      const made = { SQLite: '(lower(hex(randomblob(16))))', MariaDB: 'uuid()', PostgreSQL: 'gen_random_uuid()' }[
        kind.name
      ];
      await knex.raw(`CREATE TABLE made (id ${id} DEFAULT ${made} NOT NULL PRIMARY KEY, name varchar(20) NOT NULL)`);
    });
  });
  afterAll(() => engine.close());

  it('R13 R14: values of every kind are stored, and nothing changes when they come again', async () => {
    const rows = [[1, 2], { a: [true] }, 'text', false, 7].map((content, index) => ({
      $match: 'name',
      name: `e${index}`,
      at: '2026-01-31T08:05:00.5+02:00',
      day: '2026-01-31',
      content,
      done: index % 2 === 0,
      price: '1234567890.12',
    }));
    expect((await engine.sync('Event', rows)).map(told)).toEqual(rows.map(() => 'CREATED'));
    expect((await engine.sync('Event', rows)).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
    expect(
      (
        await engine.sync(
          'Event',
          rows.map((row) => ({ ...row, at: null, price: 1 })),
        )
      ).map(told),
    ).toEqual(rows.map(() => 'UPDATED'));
    expect(inserted).toEqual(expect.arrayContaining(['e0', 'e4']));
  });

  it('R17: a constraint fails its row alone', async () => {
    const outcomes = await engine.sync('Event', [
      { $match: 'name', name: 'one', code: 'c' },
      { $match: 'name', name: 'two', code: 'c' },
      { $match: 'name', name: 'three', code: 'd' },
    ]);
    expect(outcomes.map(told)).toEqual(['CREATED', 'FAILED UNIQUE_VIOLATION(code)', 'CREATED']);
  });

  it('a key that the database makes is known, or its row fails', async () => {
    const row = { $match: 'name', $key: 'k', name: 'm' };
    const [first, again] = await engine.sync('Made', [row, row]);
    const expected =
      kind.name === 'MariaDB' ? ['FAILED INVALID_VALUE(id)', 'FAILED INVALID_VALUE(id)'] : ['CREATED', 'UNCHANGED'];
    expect([first, again].map((outcome) => outcome && told(outcome))).toEqual(expected);
    const ids = (await engine.test.database.reader('made').pluck('id')) as string[];
    expect(ids).toEqual(kind.name === 'MariaDB' ? [] : [first?.objectId]);
  });
});

/** Empty texts that other programs stored in nullable columns: shown as '', and unchanged when '' is sent back (R14, R46). */
import { Model } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

class Thing extends Model {
  static override tableName = 'things';
}

describe.each(DATABASES)('empty texts on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Thing], async ({ database: { knex } }) => {
      await knex.schema.createTable('things', (table) => {
        table.increments('id');
        table.string('name', 20).notNullable().unique();
        table.string('note', 20);
      });
      await knex('things').insert({ name: 'a', note: '' });
    });
  });
  afterAll(() => engine.close());

  it.each([
    ['u*', ''],
    ['u', ''],
  ])('R46: %s with %j is UNCHANGED', async ($flags, note) => {
    const rows = [{ $match: 'name', $flags, name: 'a', note }];
    expect((await engine.sync('Thing', rows)).map(told)).toEqual(['UNCHANGED']);
    expect((await engine.sync('Thing', rows, { text: true })).map(told)).toEqual(['UNCHANGED']);
    expect(await engine.test.database.knex('things').pluck('note')).toEqual(['']);
  });

  it('R14: null clears it, and a new empty text is NULL', async () => {
    const cleared = await engine.sync('Thing', [{ $match: 'name', $flags: 'u*', name: 'a', note: null }]);
    expect(cleared.map(({ changes }) => changes)).toEqual([[{ field: 'note', before: '', after: null }]]);
    await engine.sync('Thing', [{ $match: 'name', name: 'b', note: '' }]);
    expect(await engine.test.database.knex('things').pluck('note')).toEqual([null, null]);
  });
});

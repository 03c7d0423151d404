/** R45: nsync's own tables store ids of up to 255 characters. SQLite alone would accept more. */
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, type TestRow, told } from '../support/engine';

describe.each(DATABASES)('ids of many characters on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, null, async ({ database: { knex } }) => {
      await knex.schema.createTable('page', (table) => {
        table.string('url', 300).primary();
        table.string('title', 20);
      });
      await knex.schema.createTable('part', (table) => {
        table.string('one', 200);
        table.string('two', 200);
        table.string('title', 20);
        table.primary(['one', 'two']);
      });
    });
  });
  afterAll(() => engine.close());

  const FAILED = ['FAILED INVALID_VALUE(url)'];
  const page = (characters: number, row: TestRow): TestRow => ({ $match: 'url', url: 'ü'.repeat(characters), ...row });

  it.each(['', 'k'])('R45: an object with a longer one cannot be synced (external key "%s")', async ($key) => {
    const { knex } = engine.test.database;
    await knex('page').delete();
    const sync = async (row: TestRow): Promise<string[]> =>
      (await engine.sync('page', [$key === '' ? row : { ...row, $key }])).map(told);
    expect(await sync(page(255, { title: 'a' }))).toEqual(['CREATED']);
    expect(await sync(page(255, { $flags: 'd*' }))).toEqual(['DELETED']);
    expect(await sync(page(256, { title: 'a' }))).toEqual(FAILED);
    await knex('page').insert({ url: 'ü'.repeat(256), title: 'b' });
    for (const $flags of ['c', 'u', 'cu*', 'd*']) expect(await sync(page(256, { $flags, title: 'a' }))).toEqual(FAILED);
    expect(await knex('page').pluck('title')).toEqual(['b']);
  });

  it('R45: nor one whose columns are too long together; the message names the id', async () => {
    const [outcome] = await engine.sync('part', [{ $match: 'one two', one: 'a'.repeat(130), two: 'b'.repeat(130) }]);
    expect(outcome?.problems).toMatchObject([{ code: 'INVALID_VALUE', field: 'one' }]);
    expect(outcome?.problems[0]?.message).toMatch(/^The id "\[\\"a{10,60}… of this part has 267 characters\. /);
  });
});

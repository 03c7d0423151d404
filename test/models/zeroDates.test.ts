/**
 * Values that exist in MariaDB's tables although strict servers refuse them elsewhere: zero dates as defaults, and booleans that are numbers (R14,
 * R46).
 */
import { Model } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

class Post extends Model {
  static override tableName = 'wp_posts';
  static override idColumn = 'ID';
}

class Flag extends Model {
  static override tableName = 'flags';
  static override jsonSchema = {
    type: 'object',
    properties: { name: { type: 'string' }, active: { type: ['boolean', 'null'] } },
  };
}

describe.each(DATABASES.filter(({ name }) => name === 'MariaDB'))('tables of applications on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Post, Flag], async ({ database: { knex } }) => {
      await knex.raw(`CREATE TABLE wp_posts (
        ID bigint(20) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
        post_date datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
        post_day date NOT NULL DEFAULT '0000-00-00',
        post_stamp timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
        post_title varchar(50) NOT NULL DEFAULT ''
      )`);
      await knex.raw(
        'CREATE TABLE flags (id int AUTO_INCREMENT PRIMARY KEY, name varchar(20) UNIQUE, active tinyint(1))',
      );
    });
  });
  afterAll(() => engine.close());

  it('R11, R46: a row without dates is created with the defaults of zeros, which match', async () => {
    const row = { $match: 'post_title', post_title: 'Hello' };
    expect((await engine.sync('Post', [row])).map(told)).toEqual(['CREATED']);
    const dates = { post_date: '0000-00-00T00:00:00Z', post_day: '0000-00-00', post_stamp: '0000-00-00T00:00:00Z' };
    expect((await engine.sync('Post', [{ ...row, ...dates }])).map(told)).toEqual(['UNCHANGED']);
    const found = { $match: 'post_date post_day post_stamp', ...dates, post_title: 'Found' };
    expect((await engine.sync('Post', [found])).map(told)).toEqual(['UPDATED']);
  });

  it('R14: a date that is none is still refused', async () => {
    const rows = ['2024-02-30', '2024-13-01', '24-01-01'].map((post_day) => ({ $match: 'post_title', post_title: 'x', post_day })); // prettier-ignore
    expect((await engine.sync('Post', rows)).map(told)).toEqual(rows.map(() => 'FAILED INVALID_VALUE(post_day)'));
  });

  it('R17: a class whose schema has a boolean is given one of tinyint(1)', async () => {
    const sync = (active: unknown): ReturnType<TestEngine['sync']> =>
      engine.sync('Flag', [{ $match: 'name', name: 'a', active }]);
    expect((await sync(true)).map(told)).toEqual(['CREATED']);
    expect((await sync('yes')).map(told)).toEqual(['UNCHANGED']);
    expect((await sync(0)).map(told)).toEqual(['UPDATED']);
    await engine.test.database.knex('flags').update({ active: -2 });
    expect((await sync(-2)).map(told)).toEqual(['UNCHANGED']);
    const [changed] = await sync(true);
    expect(changed?.changes).toEqual([{ field: 'active', before: -2, after: 1 }]);
  });
});

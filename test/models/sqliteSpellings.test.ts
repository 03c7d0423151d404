/** Keys in SQLite that other programs spelled differently: their objects are found, changed and deleted (R6, R30, R46). */
import { Model } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

class Reading extends Model {
  static override tableName = 'readings';
  static override idColumn = ['station', 'moment'];
}

class Day extends Model {
  static override tableName = 'days';
  static override idColumn = 'day';
}

/** Spellings of one timestamp, which rows contain in ISO 8601. */
const MOMENTS = [
  `'2024-01-05 10:00:00'`,
  `'2024-01-05 10:00:00.000'`,
  `'2024-01-05T10:00:00.000000Z'`,
  `'2024-01-05 10:00:00.000 +00:00'`,
  '1704448800',
  '1704448800000',
  `julianday('2024-01-05 10:00:00')`,
];
const DAYS = [`'2024-01-05'`, `'2024-01-05 00:00:00.000'`, '20240105', '1704412800', '1704412800000'];

describe.each(DATABASES.filter(({ name }) => name === 'SQLite'))('spellings of keys on $name', (kind) => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await testEngine(kind, [Reading, Day], async ({ database: { knex } }) => {
      await knex.raw(
        'CREATE TABLE readings (station integer, moment datetime, value text, PRIMARY KEY (station, moment))',
      );
      await knex.raw('CREATE TABLE days (day date PRIMARY KEY NOT NULL, value text)');
    });
  });
  afterEach(() => engine.close());

  const cases = [
    ...MOMENTS.map((sql) => ['readings', 'Reading', sql, 'station moment', { station: 1, moment: '2024-01-05T10:00:00Z' }] as const),
    ...DAYS.map((sql) => ['days', 'Day', sql, 'day', { day: '2024-01-05' }] as const),
  ]; // prettier-ignore

  it.each(cases)('R46: %s: %s %s', async (table, model, sql, $match, key) => {
    const { knex } = engine.test.database;
    await knex.raw(`INSERT INTO ${table} VALUES (${table === 'readings' ? '1, ' : ''}${sql}, 'before')`);
    const row = { $match, $key: 'k', ...key };
    expect((await engine.sync(model, [{ ...row, value: 'after' }])).map(told)).toEqual(['UPDATED']);
    expect(await knex(table).pluck('value')).toEqual(['after']);
    expect((await engine.sync(model, [{ ...row, value: 'after' }])).map(told)).toEqual(['UNCHANGED']);
    expect((await engine.sync(model, [{ ...row, $flags: 'd*' }])).map(told)).toEqual(['DELETED']);
    expect(await knex(table).pluck('value')).toEqual([]);
  });
});

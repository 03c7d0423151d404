/** Every type on every database: stored values, refused values, and that stored values are UNCHANGED the second time (R14, R45). */
import type { Knex } from 'knex';
import { Model } from 'objection';
import { DATABASES } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

/** Values that some databases cannot store. */
const REFUSED_BY: Readonly<Record<string, typeof REFUSED>> = {
  SQLite: [
    ['ratio', 'NaN'],
    ['small', '9223372036854775808'],
    ['clock', '24:00:00'],
    ['clock', '25:21:00'],
  ],
  MariaDB: [
    ['ratio', 'NaN'],
    ['small', '2147483648'],
  ],
  PostgreSQL: [
    ['small', '2147483648'],
    ['flag', 2],
    ['clock', '25:21:00'],
  ],
};

/** MariaDB's booleans are small integers. */
const shownOn = (name: string, value: unknown): unknown =>
  name === 'MariaDB' && typeof value === 'boolean' ? Number(value) : value;

class Sample extends Model {
  static override tableName = 'sample';
}

async function createSample(knex: Knex): Promise<void> {
  await knex.schema.createTable('sample', (table) => {
    table.increments('id');
    table.string('name', 20).notNullable().unique();
    table.integer('small');
    table.bigInteger('big');
    table.specificType('exact', 'decimal(12,3)');
    table.double('ratio');
    table.boolean('flag');
    table.string('short', 5);
    table.text('long');
    table.date('day');
    table.specificType('clock', 'time(3)');
    table.specificType('moment', knex.client.config.client === 'mysql2' ? 'datetime(3)' : 'timestamp(3)');
    table.json('data');
    table.uuid('code');
    table.enu('colour', ['red', 'blue']);
    table.binary('bytes');
    table.specificType(
      'less',
      knex.client.config.client === 'pg'
        ? 'integer GENERATED ALWAYS AS (small - 1) STORED'
        : 'integer GENERATED ALWAYS AS (small - 1)',
    );
  });
}

const UUID = '0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b';

/** Sent values, and their stored values. */
const STORED: readonly [field: string, sent: unknown, stored: unknown][] = [
  ['small', '42', 42],
  ['small', ' -7 ', -7],
  ['small', 2147483647, 2147483647],
  ['big', '9007199254740993', '9007199254740993'],
  ['big', '-9223372036854775808', '-9223372036854775808'],
  ['big', 12, 12],
  ['exact', '123456789.125', '123456789.125'],
  ['exact', '0.1', '0.100'],
  ['exact', -5, '-5.000'],
  ['exact', '1.5000000', '1.500'],
  ['ratio', '0.1', 0.1],
  ['ratio', '-1.5e10', -15000000000],
  ['flag', 'yes', true],
  ['flag', 'F', false],
  ['flag', 1, true],
  ['flag', false, false],
  ['short', '\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}', '\u{1F600}\u{1F600}\u{1F600}\u{1F600}\u{1F600}'],
  ['short', 123, '123'],
  ['short', '', null],
  ['long', ' kept as it is \r\n ', ' kept as it is \r\n '],
  ['day', '2026-02-28', '2026-02-28'],
  ['day', '20260921', '2026-09-21'],
  ['day', '2026-03-29T00:00:00Z', '2026-03-29'],
  ['clock', '08:05', '08:05:00'],
  ['clock', '23:59:59.125', '23:59:59.125'],
  ['moment', '2026-03-29T02:30:00+02:00', '2026-03-29T00:30:00Z'],
  ['moment', '2026-01-31 08:05:00.250', '2026-01-31T08:05:00.25Z'],
  ['moment', '2026-12-31', '2026-12-31T00:00:00Z'],
  ['data', { b: [1, 'two', null], a: { c: true } }, { b: [1, 'two', null], a: { c: true } }],
  ['data', 'a text', 'a text'],
  ['code', UUID, UUID],
  ['colour', 'blue', 'blue'],
  ['bytes', 'base64:AAEC/w==', 'base64:AAEC/w=='],
  ['bytes', 'hex:0001 02FF', 'base64:AAEC/w=='],
];

/** Values that must not reach any database. */
const REFUSED: readonly [field: string, sent: unknown][] = [
  ['small', '1.5'],
  ['small', 'abc'],
  ['small', true],
  ['big', '9223372036854775808'],
  ['big', 9007199254740992],
  ['exact', '1.2345'],
  ['exact', '1234567890'],
  ['exact', '1,5'],
  ['ratio', '1e400'],
  ['ratio', Infinity],
  ['flag', 'maybe'],
  ['short', 'abcdef'],
  ['short', 'a\u0000b'],
  ['short', '\ud800'],
  ['short', { a: 1 }],
  ['day', '2026-02-29'],
  ['day', '31.12.2026'],
  ['day', '2026-03-29T10:00:00Z'],
  ['clock', '08:05:00.1234'],
  ['moment', '2026-13-01T00:00:00Z'],
  ['moment', '2026-01-31T08:05:00.2501Z'],
  ['moment', 'yesterday'],
  ['colour', 'green'],
  ['bytes', '***'],
  ['bytes', 'Test'],
  ['bytes', 'AAEC/w=='],
  ['bytes', 'base64:AAE'],
  ['bytes', 'hex:abc'],
  ['exact', 123456789.12345678],
  ['exact', 9007199254740992],
  ['exact', Infinity],
  ['long', 9007199254740992],
  ['long', 0.12345678901234568],
  ['long', Infinity],
  ['data', { id: Infinity }],
  ['data', { id: 9007199254740992 }],
  ['data', 'json:{'],
];

describe.each(DATABASES)('types on $name', (kind) => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await testEngine(kind, [Sample], ({ database }) => createSample(database.knex));
  });
  afterAll(() => engine.close());

  it('R14: stores values as the columns have them, and finds them unchanged afterwards', async () => {
    const rows = STORED.map(([field, sent], index) => ({ $match: 'name', name: `s${index}`, [field]: sent }));
    const first = await engine.sync('Sample', rows);
    expect(first.map(told)).toEqual(rows.map(() => 'CREATED'));
    const stored = STORED.map(([field, , value], index) => [first[index]?.row, field, shownOn(kind.name, value)]);
    expect(
      first.map(({ row, changes }, index) => [
        row,
        STORED[index]?.[0],
        changes.find(({ field }) => field === STORED[index]?.[0])?.after ?? null,
      ]),
    ).toEqual(stored);
    expect((await engine.sync('Sample', rows)).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
    const back = STORED.map(([field, , value], index) => ({ $match: 'name', name: `s${index}`, [field]: value }));
    expect((await engine.sync('Sample', back)).map(told)).toEqual(rows.map(() => 'UNCHANGED'));
  });

  it('R14: finds objects by values of every comparable type', async () => {
    const row = {
      name: 'match',
      small: 5,
      big: '9007199254740995',
      exact: '7.500',
      ratio: 0.1,
      flag: true,
      day: '2025-05-05',
      clock: '05:05:05',
      moment: '2025-05-05T05:05:05.5Z',
      code: UUID,
      colour: 'red',
      bytes: 'base64:AAEC',
    };
    expect((await engine.sync('Sample', [{ $match: 'name', ...row }])).map(told)).toEqual(['CREATED']);
    const fields = Object.keys(row).filter((field) => field !== 'name');
    const rows = fields.map((field, index) => ({
      $match: `${field} short`,
      $flags: 'u*',
      [field]: row[field as keyof typeof row],
      short: '',
      long: `found by ${field} ${index}`,
    }));
    const outcomes = await engine.sync('Sample', rows);
    // Other samples may have the same value. Then both are found, which also proves the lookup.
    expect(
      outcomes.map((outcome, index) => [
        fields[index],
        told(outcome).replace('FAILED MATCH_AMBIGUOUS(match_on)', 'UPDATED'),
      ]),
    ).toEqual(fields.map((field) => [field, 'UPDATED']));
  });

  it('R14, R45: refuses the same values everywhere, before the database sees them', async () => {
    const refused = [...REFUSED, ...(REFUSED_BY[kind.name] ?? [])];
    const rows = refused.map(([field, sent], index) => ({ $match: 'name', name: `r${index}`, [field]: sent }));
    const outcomes = await engine.sync('Sample', rows);
    expect(outcomes.map((outcome, index) => [refused[index], told(outcome)])).toEqual(
      refused.map(([field, sent]) => [[field, sent], `FAILED INVALID_VALUE(${field})`]),
    );
  });

  it('R14: text of a file is JSON in a JSON column', async () => {
    const outcomes = await engine.sync(
      'Sample',
      [
        { $match: 'name', name: 'j1', data: '{"a": [1]}' },
        { $match: 'name', name: 'j2', data: '{a}' },
        { $match: 'name', name: 'j3', data: 'null' },
      ],
      { text: true },
    );
    expect(outcomes.map(told)).toEqual(['CREATED', 'FAILED INVALID_VALUE(data)', 'CREATED']);
    expect(outcomes[0]?.changes).toContainEqual({ field: 'data', before: null, after: { a: [1] } });
  });

  it('R14: a generated column is never written, but can be matched on', async () => {
    await engine.sync('Sample', [{ $match: 'name', name: 'gen', small: 5000 }]);
    const outcomes = await engine.sync('Sample', [{ $match: 'less', less: 4999, short: 'hit' }]);
    expect(outcomes.map(told)).toEqual(['UPDATED']);
  });
});

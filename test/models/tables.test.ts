/** Tables with unusual names, keys of every type, and existing values (R6, R12, R14, R17, R20). */
import type { Knex } from 'knex';
import { Model } from 'objection';
import { readCatalog } from '../../src/models';
import { whereDangling } from '../../src/records';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

type Name = DatabaseKind['name'];

const model = (name: string, tableName: string, idColumn: string | string[] = 'id'): typeof Model =>
  ({
    [name]: class extends Model {
      static override tableName = tableName;
      static override idColumn = idColumn;
    },
  })[name] as typeof Model;

const ODD_NAMES = ['a.b', 'x as y', 'paid?', 'select', 'Up"per', 'back`tick', "it's"];

/** A quoted name for SQL without bindings that is sent through knex. */
const quoted = (name: Name, column: string): string => {
  const mark = name === 'MariaDB' ? '`' : '"';
  return `${mark}${column.replaceAll(mark, mark + mark).replaceAll('?', '\\?')}${mark}`;
};

/** Types of keys: their declaration in each database, and two keys. */
const KEYS: readonly (readonly [name: string, types: Partial<Record<Name, string>>, keys: readonly unknown[]])[] = [
  ['Big', { SQLite: 'integer', MariaDB: 'bigint unsigned', PostgreSQL: 'bigint' }, ['9007199254740993', 5]],
  ['Huge', { MariaDB: 'bigint unsigned' }, ['18446744073709551615', 1]],
  [
    'Exact',
    { SQLite: 'decimal(18,0)', MariaDB: 'decimal(18,0)', PostgreSQL: 'numeric(18,0)' },
    ['123456789012345678', '2'],
  ],
  ['Scaled', { SQLite: 'decimal(10,2)', MariaDB: 'decimal(10,2)', PostgreSQL: 'numeric(10,2)' }, ['1.50', '2.00']],
  ['Bytes', { SQLite: 'blob', MariaDB: 'binary(3)', PostgreSQL: 'bytea' }, ['base64:AAEC', 'base64:/wD/']],
  [
    'Moment',
    { SQLite: 'timestamp', MariaDB: 'datetime(6)', PostgreSQL: 'timestamptz' },
    ['2026-01-31T08:05:00Z', '2026-01-31T08:05:00.25Z'],
  ],
  ['Local', { PostgreSQL: 'timestamp' }, ['2026-01-31T08:05:00Z', '2026-01-31T08:05:10.25Z']],
  ['Day', { SQLite: 'date', MariaDB: 'date', PostgreSQL: 'date' }, ['2026-01-31', '0999-01-01']],
  [
    'Code',
    { SQLite: 'uuid', MariaDB: 'uuid', PostgreSQL: 'uuid' },
    ['0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b', '0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8c'],
  ],
  ['Word', { SQLite: 'varchar(20)', MariaDB: 'varchar(20)', PostgreSQL: 'varchar(20)' }, ['a', "it's [1]"]],
  ['Padded', { SQLite: 'char(5)', MariaDB: 'char(5)', PostgreSQL: 'char(5)' }, ['ab', 'abcde']],
];

describe.each(DATABASES)('tables on $name', (kind) => {
  const { name } = kind;
  const keys = KEYS.filter(([, types]) => types[name] !== undefined);
  let engine: TestEngine;
  let knex: Knex;
  const classes = [
    model('Odd', 'odd?', 'i.d'),
    ...keys.flatMap(([key]) => [
      model(key, key.toLowerCase()),
      model(`${key}Pair`, `${key.toLowerCase()}_pair`, ['number', 'id']),
    ]),
  ];
  beforeAll(async () => {
    engine = await testEngine(kind, classes, async ({ database }) => {
      const q = (column: string): string => quoted(name, column);
      await database.knex.raw(
        `CREATE TABLE ${q('odd?')} (${q('i.d')} integer PRIMARY KEY, ${ODD_NAMES.map((odd) => `${q(odd)} varchar(20)`).join(', ')})`,
      );
      for (const [key, types] of keys) {
        await database.knex.raw(`CREATE TABLE ${key.toLowerCase()} (id ${types[name]} PRIMARY KEY, name varchar(20))`);
        await database.knex.raw(
          `CREATE TABLE ${key.toLowerCase()}_pair (number bigint, id ${types[name] === 'integer' ? 'bigint' : types[name]}, name varchar(20), PRIMARY KEY (number, id))`,
        );
      }
    });
    ({ knex } = engine.test.database);
  });
  afterAll(() => engine.close());
  const sync = async (...parameters: Parameters<TestEngine['sync']>) => (await engine.sync(...parameters)).map(told);

  it.each(ODD_NAMES)('R4: a column may be called %s', async (odd) => {
    const id = ODD_NAMES.indexOf(odd) + 1;
    const row = { $match: 'i.d', $key: odd, 'i.d': id, [odd]: 'one' };
    expect(await sync('Odd', [row])).toEqual(['CREATED']);
    expect(await sync('Odd', [row])).toEqual(['UNCHANGED']);
    expect(await sync('Odd', [{ $key: odd, $match: '', [odd]: 'two' }])).toEqual(['UPDATED']);
    expect(await sync('Odd', [{ $match: 'i.d', $flags: 'd*', 'i.d': id }])).toEqual(['DELETED']);
  });

  it('R4, R5: columns with odd names are matched on, one and several, and where they are NULL', async () => {
    const matchable = ODD_NAMES.filter((odd) => !odd.includes(' '));
    const rows = matchable.map((odd, index) => ({ $match: odd, 'i.d': 100 + index, [odd]: `value ${index}` }));
    expect(await sync('Odd', rows)).toEqual(rows.map(() => 'CREATED'));
    expect(await sync('Odd', rows)).toEqual(rows.map(() => 'UNCHANGED'));
    const two = matchable.map((odd, index) => ({
      $match: `${odd} i.d`,
      $flags: 'u*',
      'i.d': 100 + index,
      [odd]: `value ${index}`,
      select: `s${index}`,
    }));
    // The `select` row itself names another value.
    expect((await sync('Odd', two)).filter((status) => status === 'UPDATED')).toHaveLength(matchable.length - 1);
  });

  it.each(keys)('R18, R12: a key may be %s', async (key, _types, [first, second]) => {
    for (const [modelName, others] of [
      [key, {}],
      [`${key}Pair`, { number: '9007199254740995' }],
    ] as const) {
      const $match = modelName === key ? 'id' : 'number id';
      const rows = [first, second].map((id, index) => ({
        $match,
        $key: `k${index}`,
        ...others,
        id,
        name: `n${index}`,
      }));
      expect(await sync(modelName, rows)).toEqual(['CREATED', 'CREATED']);
      expect(await sync(modelName, rows)).toEqual(['UNCHANGED', 'UNCHANGED']);
      expect(await sync(modelName, [{ $key: 'k0', name: 'by key' }])).toEqual(['UPDATED']);
      expect(await sync(modelName, [{ $match: 'name', $flags: 'u*', name: 'by key' }])).toEqual(['UNCHANGED']);
      expect(
        await knex(modelName === key ? key.toLowerCase() : `${key.toLowerCase()}_pair`).where('name', 'n1'),
      ).toHaveLength(1);
    }
  });

  it.each(keys)('mappings to objects with a key that is %s are not dangling', async (key) => {
    const { models } = await readCatalog(engine.test.database, classes);
    for (const modelName of [key, `${key}Pair`]) {
      const dangling = (await knex('nsync_external_key_mappings')
        .where('model', modelName)
        .modify(whereDangling(engine.test.database, models, models, true))
        .pluck('external_key')) as string[];
      expect([modelName, dangling]).toEqual([modelName, []]);
      await knex('nsync_external_key_mappings')
        .where({ model: modelName, external_key: 'k1' })
        .update({ external_key: 'K' });
      expect(await sync(modelName, [{ $key: 'k0', $flags: 'u*', name: 'still there' }])).toEqual(['UPDATED']);
    }
  });
});

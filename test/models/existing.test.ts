/** What was in the database before: values, keys and rules that others have made (R6, R13, R17). */
import type { Knex } from 'knex';
import { type JSONSchema, Model } from 'objection';
import { readCatalog } from '../../src/models';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

const model = (name: string, tableName: string, idColumn: string | string[] = 'id'): typeof Model =>
  ({
    [name]: class extends Model {
      static override tableName = tableName;
      static override idColumn = idColumn;
    },
  })[name] as typeof Model;

const only = (name: DatabaseKind['name']): DatabaseKind[] => DATABASES.filter((kind) => kind.name === name);

const UUID = '0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b';

async function run(
  kind: DatabaseKind,
  classes: readonly (typeof Model)[],
  statements: readonly string[],
  test: (
    sync: (...parameters: Parameters<TestEngine['sync']>) => Promise<string[]>,
    knex: Knex,
    engine: TestEngine,
  ) => Promise<void>,
): Promise<void> {
  const engine = await testEngine(kind, classes, async ({ database: { knex } }) => {
    for (const statement of statements) await knex.raw(statement);
  });
  try {
    await test(
      async (...parameters) => (await engine.sync(...parameters)).map(told),
      engine.test.database.knex,
      engine,
    );
  } finally {
    await engine.close();
  }
}

describe.each(only('SQLite'))('what $name holds', (kind) => {
  it('R12: an object whose row id is beyond 2^53 is found, and no other', () =>
    run(
      kind,
      [model('Big', 'big')],
      [
        'CREATE TABLE big (id integer PRIMARY KEY, name varchar(20), note varchar(20))',
        "INSERT INTO big VALUES (9007199254740992, 'even', NULL), (9007199254740993, 'odd', NULL)",
      ],
      async (sync, knex) => {
        expect(await sync('Big', [{ $match: 'name', $key: 'o', $flags: 'u*', name: 'odd', note: 'mine' }])).toEqual([
          'UPDATED',
        ]);
        expect(await sync('Big', [{ $match: 'name', name: 'next' }, { $match: 'name', $key: 'n', name: 'next' }])).toEqual(['CREATED', 'UNCHANGED']); // prettier-ignore
        expect(await knex('big').select('name', 'note').orderBy('id')).toEqual([
          { name: 'even', note: null },
          { name: 'odd', note: 'mine' },
          { name: 'next', note: null },
        ]);
        expect(await knex('nsync_external_key_mappings').pluck('object_id').orderBy('external_key')).toEqual([
          '9007199254740994',
          '9007199254740993',
        ]);
      },
    ));

  it('R14: text in a column of numbers is read as it is', () =>
    run(
      kind,
      [model('Loose', 'loose')],
      [
        'CREATE TABLE loose (id integer PRIMARY KEY, name varchar(20), qty integer, big bigint, ratio double, flag boolean)',
        "INSERT INTO loose VALUES (1, 'a', 'N/A', 'none', 'n/a', 'maybe')",
      ],
      async (_sync, _knex, engine) => {
        const [outcome] = await engine.sync('Loose', [
          { $match: 'name', name: 'a', qty: 1, big: '2', ratio: 0.5, flag: true },
        ]);
        expect(outcome?.changes).toEqual([
          { field: 'qty', before: 'N/A', after: 1 },
          { field: 'big', before: 'none', after: 2 },
          { field: 'ratio', before: 'n/a', after: 0.5 },
          { field: 'flag', before: 'maybe', after: true },
        ]);
      },
    ));

  it('R17: a key that SQLite would let be NULL is asked for', () =>
    run(
      kind,
      [model('Code', 'code', 'code'), model('Plain', 'plain'), model('Two', 'two', ['a', 'b'])],
      [
        'CREATE TABLE code (code varchar(20) PRIMARY KEY, name varchar(20))',
        'CREATE TABLE plain (id int PRIMARY KEY, name varchar(20))',
        'CREATE TABLE two (a integer, b integer, name varchar(20), PRIMARY KEY (a, b))',
      ],
      async (sync) => {
        expect(await sync('Code', [{ $match: 'name', name: 'x' }])).toEqual(['FAILED NOT_NULL_VIOLATION(code)']);
        expect(await sync('Plain', [{ $match: 'name', name: 'x' }])).toEqual(['FAILED NOT_NULL_VIOLATION(id)']);
        expect(await sync('Two', [{ $match: 'name', a: 1, name: 'x' }])).toEqual(['FAILED NOT_NULL_VIOLATION(b)']);
      },
    ));

  it('R34: foreign keys in another spelling are known', () =>
    run(
      kind,
      [model('Parent', 'parent'), model('Child', 'child')],
      [
        'CREATE TABLE parent (id integer PRIMARY KEY, name varchar(20))',
        'CREATE TABLE child (id integer PRIMARY KEY, name varchar(20), Parent_Id integer REFERENCES Parent(ID) ON DELETE CASCADE)',
      ],
      async (sync, knex, engine) => {
        const { foreignKeys } = await readCatalog(engine.test.database, [model('Parent', 'parent')]);
        expect(foreignKeys.filter(({ table }) => table === 'child')).toMatchObject([
          { table: 'child', columns: ['Parent_Id'], targetTable: 'parent', targetColumns: ['id'] },
        ]);
        expect(await sync('Parent', [{ $match: 'name', name: 'p' }])).toEqual(['CREATED']);
        expect(await sync('Child', [{ $match: 'name', $key: 'c', name: 'c', Parent_Id: 1 }])).toEqual(['CREATED']);
        expect(await sync('Parent', [{ $match: 'name', $flags: 'd*', name: 'p' }])).toEqual(['DELETED']);
        expect(await knex('nsync_external_key_mappings')).toEqual([]);
      },
    ));

  it('R6: a UUID in capitals is the same, as a value and as a key', () =>
    run(
      kind,
      [model('Thing', 'thing'), model('Pair', 'pair', ['id', 'number'])],
      [
        'CREATE TABLE thing (id uuid PRIMARY KEY, name varchar(20))',
        'CREATE TABLE pair (id uuid, number integer, name varchar(20), PRIMARY KEY (id, number))',
        `INSERT INTO thing VALUES ('${UUID.toUpperCase()}', 'old')`,
        `INSERT INTO pair VALUES ('${UUID.toUpperCase()}', 1, 'old')`,
      ],
      async (sync, knex) => {
        expect(await sync('Thing', [{ $match: 'id', id: UUID, name: 'new' }])).toEqual(['UPDATED']);
        expect(await sync('Pair', [{ $match: 'id number', id: UUID, number: 1, name: 'new' }])).toEqual(['UPDATED']);
        expect(await knex('thing').pluck('name')).toEqual(['new']);
        expect(await knex('pair').pluck('name')).toEqual(['new']);
        expect(await sync('Thing', [{ $match: 'name', $flags: 'd*', name: 'new' }])).toEqual(['DELETED']);
        expect(await knex('thing')).toEqual([]);
      },
    ));

  it('R17: ON DELETE RESTRICT is a foreign key’s affair', () =>
    run(
      kind,
      [model('Parent', 'parent'), model('Child', 'child')],
      [
        'CREATE TABLE parent (id integer PRIMARY KEY, name varchar(20))',
        'CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent(id) ON DELETE RESTRICT)',
        "INSERT INTO parent VALUES (1, 'p')",
        'INSERT INTO child VALUES (1, 1)',
      ],
      async (sync) => {
        expect(await sync('Parent', [{ $match: 'name', $flags: 'd*', name: 'p' }])).toEqual([
          'FAILED FOREIGN_KEY_VIOLATION(child.parent_id)',
        ]);
      },
    ));
});

describe.each(only('MariaDB'))('how $name compares', (kind) => {
  const LONG = 'x'.repeat(2000);

  it('R6: texts of any script and length are told apart, whatever the database’s own charset', () =>
    run(
      kind,
      [model('Word', 'word')],
      [
        'ALTER DATABASE CHARACTER SET latin1',
        'CREATE TABLE word (id int AUTO_INCREMENT PRIMARY KEY, text varchar(3000) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci)',
      ],
      async (sync) => {
        const rows = ['Ж', 'Я', 'は', 'ж', 'é', 'E', `${LONG}a`, `${LONG}b`, `${LONG}A`, `${LONG}ä `].map((text) => ({
          $match: 'text',
          $flags: 'c',
          text,
        }));
        expect(await sync('Word', rows)).toEqual([
          ...['CREATED', 'CREATED', 'CREATED', 'UNCHANGED', 'CREATED', 'UNCHANGED'],
          ...['CREATED', 'CREATED', 'UNCHANGED', 'UNCHANGED'],
        ]);
      },
    ));

  it.each([
    ['utf8mb4_lithuanian_ci', 'i', 'y'],
    ['utf8mb4_roman_ci', 'u', 'v'],
    ['utf8mb4_uca1400_ai_ci', 'a', 'A'],
    ['latin1_swedish_ci', 'a', 'A'],
    ['utf8mb4_general_ci', 'a', 'a '],
  ])('R6: under %s, %s is %s', (collation, one, other) =>
    run(
      kind,
      [model('Word', 'word')],
      [
        `CREATE TABLE word (id int AUTO_INCREMENT PRIMARY KEY, text varchar(20) CHARACTER SET ${collation.split('_')[0]} COLLATE ${collation}, KEY (text))`,
      ],
      async (sync) => {
        const row = (text: string) => ({ $match: 'text', $flags: 'c', text });
        expect(await sync('Word', [row(one), row(other), row('zz')])).toEqual(['CREATED', 'UNCHANGED', 'CREATED']);
        // Many are looked up in another way than a few.
        const more = Array.from({ length: 30 }, (_, index) => row(`word ${index}`));
        expect(await sync('Word', [...more, row(other)])).toEqual([...more.map(() => 'CREATED'), 'UNCHANGED']);
        expect(await sync('Word', [row(other), ...more])).toEqual(['UNCHANGED', ...more.map(() => 'UNCHANGED')]);
      },
    ),
  );

  it('R6: what a charset cannot hold equals nothing, not even the mark that stands for it', () =>
    run(
      kind,
      [model('Word', 'word')],
      [
        'CREATE TABLE word (id int AUTO_INCREMENT PRIMARY KEY, text varchar(20) CHARACTER SET latin1)',
        "INSERT INTO word (text) VALUES ('?')",
      ],
      async (sync) => {
        expect(
          await sync('Word', [
            { $match: 'text', text: '😀' },
            { $match: 'text', text: '?' },
          ]),
        ).toEqual(['FAILED INVALID_VALUE(text)', 'UNCHANGED']);
      },
    ));

  it('R13: a single float is the same whoever has written it', () =>
    run(
      kind,
      [model('Measure', 'measure')],
      ['CREATE TABLE measure (id int AUTO_INCREMENT PRIMARY KEY, size float, name varchar(20))', "INSERT INTO measure (size, name) VALUES (1234567, 'a'), (0.1, 'b')"], // prettier-ignore
      async (sync) => {
        expect(
          await sync('Measure', [
            { $match: 'size', size: 1234567, name: 'a' },
            { $match: 'size', size: 0.1, name: 'b' },
          ]),
        ).toEqual(['UNCHANGED', 'UNCHANGED']);
      },
    ));
});

describe.each(only('PostgreSQL'))('what $name’s domains say', (kind) => {
  it('R14, R17: of domains upon domains the limits, defaults and NOT NULL hold', () =>
    run(
      kind,
      [model('Doc', 'doc')],
      [
        "CREATE DOMAIN short AS varchar(5) NOT NULL DEFAULT 'dd'",
        'CREATE DOMAIN shorter AS short CHECK (length(value) < 5)',
        'CREATE DOMAIN needed AS int NOT NULL',
        'CREATE TABLE doc (id serial PRIMARY KEY, name varchar(20), a short, b shorter, c needed)',
      ],
      async (sync, knex) => {
        expect(
          await sync('Doc', [
            { $match: 'name', name: 'one', c: 1 },
            { $match: 'name', name: 'two', c: 1, b: 'abcdef' },
            { $match: 'name', name: 'three', c: 1, a: null },
            { $match: 'name', name: 'four' },
            { $match: 'b', $flags: 'u*', b: 'dd', name: 'found' },
          ]),
        ).toEqual([
          'CREATED',
          'FAILED INVALID_VALUE(b)',
          'FAILED NOT_NULL_VIOLATION(a)',
          'FAILED NOT_NULL_VIOLATION(c)',
          'UPDATED',
        ]);
        expect(await knex('doc').select('name', 'a', 'b', 'c')).toEqual([{ name: 'found', a: 'dd', b: 'dd', c: 1 }]);
      },
    ));
});

class Priced extends Model {
  static override tableName = 'priced';
  static override jsonSchema: JSONSchema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      price: { type: ['number', 'null'], minimum: 0 },
      big: { type: 'integer' },
      text: { type: 'string' },
    },
  };

  declare price: number | string;
  set cheap(value: boolean) {
    if (value) this.price = 0.5;
  }
}

describe.each(DATABASES)('a jsonSchema on $name', (kind) => {
  it('R17: sees numbers where it asks for them, and what is stored stays exact', () =>
    run(
      kind,
      [Priced],
      ['CREATE TABLE priced (id integer PRIMARY KEY, name varchar(20), price decimal(18,2), big bigint, text decimal(10,2))'], // prettier-ignore
      async (sync, knex) => {
        const rows = [
          { $match: 'name', id: 1, name: 'a', price: '12.50', big: '9007199254740993', text: '1.25' },
          { $match: 'name', id: 2, name: 'b', price: '1234567890123', big: 5 },
          { $match: 'name', id: 3, name: 'c', price: '-1' },
        ];
        expect(await sync('Priced', rows)).toEqual(['CREATED', 'CREATED', 'FAILED VALIDATION_FAILED(price)']);
        expect(await sync('Priced', rows.slice(0, 2))).toEqual(['UNCHANGED', 'UNCHANGED']);
        expect(await sync('Priced', [{ $match: 'name', name: 'a', cheap: false }])).toEqual(['UNCHANGED']);
        expect(
          await sync('Priced', [
            { $match: 'name', name: 'a', cheap: true },
            { $match: 'name', name: 'b', price: -1 },
            { $match: 'name', name: 'b', price: '9.99' },
          ]),
        ).toEqual(['UPDATED', 'FAILED VALIDATION_FAILED(price)', 'UPDATED']);
        expect(
          (await knex('priced').select('price', knex.raw('CAST(big AS char(20)) AS big')).orderBy('id')).map(
            ({ price, big }: { price: unknown; big: string }) => [Number(price), big.trim()],
          ),
        ).toEqual([
          [0.5, '9007199254740993'],
          [9.99, '5'],
        ]);
      },
    ));
});

/** Existing data in the database: values, keys and constraints that other programs created (R6, R13, R17). */
import { readCatalog } from '../../src/models';
import { model, only, run } from './existingTables';

const UUID = '0b7f6a1e-5d0c-4f3b-9a57-3c2d1e0f9a8b';

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

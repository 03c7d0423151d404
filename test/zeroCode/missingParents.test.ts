/** SQLite accepts foreign keys to tables and columns that do not exist. Only their relations are unusable. */
import { DATABASES } from '../support/databases';
import { type ZeroCode, zeroCode } from './support';

const TABLES = [
  'CREATE TABLE team (id integer PRIMARY KEY, name text UNIQUE)',
  `CREATE TABLE person (id integer PRIMARY KEY, name text UNIQUE, team_id integer REFERENCES team (id),
     gone_id integer REFERENCES gone (id), code text REFERENCES Gone (code), lost_id integer REFERENCES "lost things",
     a integer, b integer, FOREIGN KEY (a, b) REFERENCES gone (a, b))`,
  'CREATE TABLE pair (id integer PRIMARY KEY, name text UNIQUE, a integer, b integer, FOREIGN KEY (a, b) REFERENCES pairs)',
  'CREATE TABLE city (id integer PRIMARY KEY, name text UNIQUE)',
  'CREATE TABLE street (id integer PRIMARY KEY, name text UNIQUE, city_id integer REFERENCES city (number))',
];

describe.each(DATABASES.filter(({ name }) => name === 'SQLite'))('foreign keys of $name that lead nowhere', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, TABLES);
  });
  afterAll(() => zero.server.stop());

  it('make no relation, while the others of their table stay', async () => {
    const relations = (await zero.models()).map((model) => [model.name, model.relations.map(({ name }) => name)]);
    expect(relations).toEqual([
      ['city', []],
      ['pair', []],
      ['person', ['team']],
      ['street', []],
      ['team', ['person']],
    ]);
  });

  it('do not keep rows of their table from being synced', async () => {
    expect(await zero.sync('team', 'name', [{ name: 'A' }])).toEqual(['CREATED']);
    const rows = [{ name: 'Ada', 'team=>name': 'A' }, { name: 'Bob' }];
    expect(await zero.sync('person', 'name', rows)).toEqual(['CREATED', 'CREATED']);
    expect(await zero.sync('person', 'name', rows)).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await zero.sync('person', 'name', [{ name: 'Bob', 'team=>name': 'A' }])).toEqual(['UPDATED']);
    expect(await zero.sync('pair', 'name', [{ name: 'p', a: 1 }])).toEqual(['CREATED']);
    expect(await zero.sync('person', 'name', [{ name: 'Ada', $flags: 'd*' }])).toEqual(['DELETED']);
  });

  it.each([
    ['person', { gone_id: 1 }],
    ['person', { code: 'x' }],
    ['person', { lost_id: 1 }],
    ['person', { a: 1, b: 1 }],
    ['pair', { a: 1, b: 1 }],
  ])('R17: %s refuses what nothing can match: %j', async (model, values) => {
    const [outcome] = await zero.sync(model, 'name', [{ name: 'new', ...values }, { name: 'other' }]);
    expect(outcome).toMatch(/^FAILED FOREIGN_KEY_VIOLATION/);
  });

  it('leave no table behind', async () => {
    const { reader } = zero.server.server.database;
    const names = (await reader('sqlite_master').where({ type: 'table' }).pluck('name')) as string[];
    expect(names.filter((name) => !/^(nsync_|sqlite_)/.test(name)).sort()).toEqual([
      'city',
      'pair',
      'person',
      'street',
      'team',
    ]);
  });

  it('keep the server from starting no more than other tables from being synced', async () => {
    expect(await zero.sync('city', 'name', [{ name: 'Oslo' }])).toEqual(['CREATED']);
  });
});

/** Tables without a primary key: a NOT NULL unique key identifies their objects, and may make them join tables. */
import { DATABASES } from '../support/databases';
import { type ZeroCode, zeroCode } from './support';

const TABLES = [
  'CREATE TABLE person (id {id}, name varchar(20) NOT NULL UNIQUE)',
  'CREATE TABLE role (id {id}, name varchar(20) NOT NULL UNIQUE)',
  // Like Rails' tables: no primary key, but a unique index over both foreign keys.
  `CREATE TABLE people_roles (person_id int NOT NULL, role_id int NOT NULL,
     FOREIGN KEY (person_id) REFERENCES person (id), FOREIGN KEY (role_id) REFERENCES role (id))`,
  'CREATE UNIQUE INDEX people_roles_both ON people_roles (role_id, person_id)',
  // Not a join table: with NULL, two rows of one pair are possible.
  `CREATE TABLE wishes (person_id int, role_id int, UNIQUE (person_id, role_id),
     FOREIGN KEY (person_id) REFERENCES person (id), FOREIGN KEY (role_id) REFERENCES role (id))`,
  // Not a join table either: a pair may occur twice.
  `CREATE TABLE visits (person_id int NOT NULL, role_id int NOT NULL,
     FOREIGN KEY (person_id) REFERENCES person (id), FOREIGN KEY (role_id) REFERENCES role (id))`,
  'CREATE TABLE country (code varchar(2) NOT NULL UNIQUE, name varchar(20), world int)',
  'CREATE TABLE town (code varchar(2) NOT NULL, name varchar(20) NOT NULL, size int, UNIQUE (code, name), FOREIGN KEY (code) REFERENCES country (code))',
  // The shortest key identifies, regardless of the order of declarations. A nullable column never does.
  'CREATE TABLE several (a int NOT NULL, b int NOT NULL, c int NOT NULL, d int UNIQUE, UNIQUE (a, b), UNIQUE (c))',
];

describe.each(DATABASES)('tables without a primary key on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, TABLES);
  });
  afterAll(() => zero.server.stop());

  it('are identified by their shortest unique key without NULL, or say that they have none', async () => {
    const models = await zero.models();
    const reason = 'The table has no primary key, and no unique key with NOT NULL columns only.';
    expect(models.map(({ name, idField, reason: why }) => [name, why ?? idField])).toEqual([
      ['country', 'code'],
      ['people_roles', 'role_id,person_id'],
      ['person', 'id'],
      ['role', 'id'],
      ['several', 'c'],
      ['town', 'code,name'],
      ['visits', reason],
      ['wishes', reason],
    ]);
  });

  it('R24: a join table of two NOT NULL foreign keys that are its unique key is a many-to-many relation', async () => {
    const models = await zero.models();
    const relations = models.flatMap(({ name, relations: all }) =>
      all.flatMap(({ name: relation, kind: of, model }) =>
        of === 'MANY_TO_MANY' ? [`${name}.${relation} ${model}`] : [],
      ),
    );
    expect(relations).toEqual(['person.role role', 'role.person person']);
    expect(await zero.sync('role', 'name', [{ name: 'admin' }, { name: 'editor' }])).toEqual(['CREATED', 'CREATED']);
    const rows = [
      { name: 'Ada', 'role=>=name': ['admin', 'editor'] },
      { name: 'Bob', 'role=>+name': 'editor' },
    ];
    expect(await zero.sync('person', 'name', rows)).toEqual(['CREATED', 'CREATED']);
    expect(await zero.sync('person', 'name', rows)).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await zero.sync('role', 'name', [{ name: 'editor', 'person=>-name': 'Ada' }])).toEqual(['UPDATED']);
    const { reader } = zero.server.server.database;
    expect(await reader('people_roles').orderBy('person_id').select('person_id', 'role_id')).toEqual([
      { person_id: 1, role_id: 1 },
      { person_id: 2, role_id: 2 },
    ]);
  });

  it('R11–R13, R30–R32: rows are created, updated, mapped and deleted by that key', async () => {
    const countries = [
      { code: 'NO', name: 'Norway', $key: 'n' },
      { code: 'SE', name: 'Sweden', $key: 's' },
    ];
    expect(await zero.sync('country', 'code', countries)).toEqual(['CREATED', 'CREATED']);
    expect(await zero.sync('country', 'code', countries)).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await zero.sync('country', 'name', [{ name: 'Norway', world: 1 }])).toEqual(['UPDATED']);
    const towns = [
      { 'code=>name': 'Norway', name: 'Oslo', size: 1 },
      { code: 'SE', name: 'Kiruna', size: 2 },
    ];
    expect(await zero.sync('town', 'code=>name name', towns.slice(0, 1))).toEqual(['CREATED']);
    expect(await zero.sync('town', 'code name', towns.slice(1))).toEqual(['CREATED']);
    expect(await zero.sync('town', 'code name', [{ code: 'SE', name: 'Kiruna', size: 3 }])).toEqual(['UPDATED']);
    expect(await zero.sync('town', 'size', [{ size: 3, name: 'Gällivare' }])).toEqual(['FAILED INVALID_VALUE(name)']);
    expect(await zero.sync('town', 'name', [{ name: 'Kiruna', $flags: 'd*' }])).toEqual(['DELETED']);
    expect(await zero.sync('country', 'code', [{ code: 'SE', $flags: 'd', $key: 's' }])).toEqual(['DELETED']);
  });
});

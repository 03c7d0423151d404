/** Tables that were not designed for nsync: unusual names, keys and constraints of every kind (R4, R20, R22, R24). */
import { DATABASES } from '../support/databases';
import { ODD_NAMES, ODD_TABLES } from './oddTables';
import { type ZeroCode, zeroCode } from './support';

/** Rows by model, with the columns that match them. Each model follows those that it refers to. */
const STEPS: [string, string | string[], Record<string, unknown>[]][] = [
  [
    'region',
    'Region Code number',
    [
      { 'Region Code': 'NO', number: 1, title: 'North' },
      { 'Region Code': 'SO', number: 1, title: 'South' },
    ],
  ],
  [
    'town',
    'title',
    [
      { title: 'Oslo', 'region_title=>number': 1, 'region_title=>title': 'North', 'region=>title': 'South' },
      { title: 'Rome', 'region=>title': 'South' },
    ],
  ],
  [
    'airport',
    'code',
    [
      { code: 'OSL', 'town=>title': 'Oslo' },
      { code: 'FCO', 'town=>region=>title': 'South', 'town=>title': 'Rome' },
    ],
  ],
  [
    'flight',
    'no',
    [
      { no: 'X1', 'origin=>code': 'OSL', 'destination=>town=>title': 'Rome' },
      { no: 'X2', 'origin=>town=>title': 'Rome', destination: { code: 'OSL' } },
    ],
  ],
  [
    'employee',
    'name',
    [
      { name: 'Ada' },
      { name: 'Bob', 'ReportsTo=>name': 'Ada', 'flight=>+no': ['X1', 'X2'], 'region=>=title': 'North' },
      { name: 'Cy', ReportsTo: { name: 'Bob' }, 'friend=>+name': ['Ada', 'Bob'] },
    ],
  ],
  ['licence', 'employee=>name', [{ 'employee=>name': 'Ada', no: 'L1' }]],
  ['crew', ['employee=>name', 'flight=>no'], [{ 'employee=>name': 'Ada', 'flight=>no': 'X1' }]],
  ['fare', 'flight=>no town=>title', [{ 'flight=>no': 'X1', 'town=>title': 'Rome', price: 9 }]],
  ['employee_regions', 'employee=>name region=>title', [{ 'employee=>name': 'Cy', 'region=>title': 'South' }]],
];

describe.each(DATABASES)('a database of others on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, ODD_TABLES);
  });
  afterAll(() => zero.server.stop());

  it('models and relations are named after tables and columns', async () => {
    const models = await zero.models();
    const told = models.flatMap(({ name, relations }) =>
      ODD_NAMES.includes(name)
        ? []
        : relations.map((relation) => `${name}.${relation.name} ${relation.kind} ${relation.model}`),
    );
    expect(told.sort()).toEqual(
      [
        'airport.flight_destination HAS_MANY flight',
        'airport.flight_origin HAS_MANY flight',
        'airport.town BELONGS_TO town',
        'crew.employee BELONGS_TO employee',
        'crew.flight BELONGS_TO flight',
        'employee.ReportsTo BELONGS_TO employee',
        'employee.crew HAS_MANY crew',
        'employee.employee HAS_MANY employee',
        'employee.employee_regions HAS_MANY employee_regions',
        'employee.flight MANY_TO_MANY flight',
        'employee.friend MANY_TO_MANY employee',
        'employee.friendship_friend HAS_MANY friendship',
        'employee.friendship_person HAS_MANY friendship',
        'employee.licence HAS_ONE licence',
        'employee.person MANY_TO_MANY employee',
        'employee.region MANY_TO_MANY region',
        'employee_regions.employee BELONGS_TO employee',
        'employee_regions.region BELONGS_TO region',
        'fare.flight BELONGS_TO flight',
        'fare.town BELONGS_TO town',
        'flight.crew HAS_MANY crew',
        'flight.destination BELONGS_TO airport',
        'flight.employee MANY_TO_MANY employee',
        'flight.fare HAS_MANY fare',
        'flight.origin BELONGS_TO airport',
        'friendship.friend BELONGS_TO employee',
        'friendship.person BELONGS_TO employee',
        'licence.employee BELONGS_TO employee',
        'region.employee MANY_TO_MANY employee',
        'region.employee_regions HAS_MANY employee_regions',
        'region.town_region HAS_MANY town',
        'region.town_region_title HAS_MANY town',
        'town.airport HAS_MANY airport',
        'town.fare HAS_MANY fare',
        'town.region BELONGS_TO region',
        'town.region_title BELONGS_TO region',
      ].sort(),
    );
  });

  it('what cannot be synced says why', async () => {
    const models = await zero.models();
    expect(models.flatMap(({ name, syncable, reason }) => (syncable ? [] : [[name, reason]]))).toEqual([
      ['notes', 'The table has no primary key, and no unique key with NOT NULL columns only.'],
      ['towns', 'The table is a view.'],
    ]);
  });

  it('fields tell what the columns are', async () => {
    const models = await zero.models();
    const field = (model: string, name: string) =>
      models.find((found) => found.name === model)?.fields.find((found) => found.name === name);
    expect(field('flight', 'no')).toMatchObject({ type: 'STRING', nullable: false, hasDefault: false, maxLength: 10 });
    expect(field('made', 'twice')).toMatchObject({ type: 'INTEGER', generated: true });
    if (kind.name !== 'MariaDB')
      expect(field('flight', 'status')).toMatchObject({ members: ['planned', 'flown'], hasDefault: true });
    expect(models.find(({ name }) => name === 'region')).toMatchObject({
      idField: 'Region Code,number',
      uniqueKeys: [['Region Code', 'number'], ['title']],
    });
  });

  it.each(ODD_NAMES)('R4, R20: a table may be called %s', async (name) => {
    const rows = [
      { 'Natural Key': 'one', 'a.b': 1 },
      { 'Natural Key': 'two', 'a.b': 2, 'parent=>Natural Key': 'one', $key: 'k' },
      { 'Natural Key': 'three', 'parent=>parent=>Natural Key': 'one' },
    ];
    expect(await zero.sync(name, 'Natural Key', rows)).toEqual(['CREATED', 'CREATED', 'CREATED']);
    expect(await zero.sync(name, ['Natural Key', 'a.b'], rows.slice(0, 2))).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await zero.sync(name, 'Natural Key', rows)).toEqual(['UNCHANGED', 'UNCHANGED', 'UNCHANGED']);
    expect(await zero.sync(name, 'Natural Key', [{ 'Natural Key': 'three', $flags: 'd*' }])).toEqual(['DELETED']);
  });

  it('R20, R22, R24: rows are synced by natural keys over several hops, and again change nothing', async () => {
    for (const again of [false, true])
      for (const [model, matchOn, rows] of STEPS)
        expect([model, await zero.sync(model, matchOn, rows)]).toEqual([
          model,
          rows.map(() => (again ? 'UNCHANGED' : 'CREATED')),
        ]);
    const { reader } = zero.server.server.database;
    const names = async (table: string): Promise<number> => Number((await reader(table).count({ n: '*' }))[0]?.n);
    expect([await names('crew'), await names('friendship'), await names('employee_regions')]).toEqual([3, 2, 2]);
    expect(await zero.sync('employee', 'name', [{ name: 'Ada', 'licence=>no': 'L1', 'person=>+name': 'Bob' }])).toEqual(
      ['UPDATED'],
    );
    expect(await reader('friendship').pluck('since')).toEqual(['ever', 'ever', 'ever']);
  });

  it('models, fields and relations are found in any case', async () => {
    expect(
      await zero.sync('EMPLOYEE', 'NAME reportsto=>Name', [
        { Name: 'Cy', 'ReportsTo=>NAME': 'Bob', 'FRIEND=>+name': 'Bob' },
      ]),
    ).toEqual(['UNCHANGED']);
  });
});

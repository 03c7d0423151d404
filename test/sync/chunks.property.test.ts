/**
 * Batching changes nothing: for any rows, chunks of 1, 2, 7 and 1000 rows have the same tables, mappings and outcomes as a result (R40), except for
 * the numbers of generated ids. support/budget contains the number of programs.
 */
import fc from 'fast-check';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type ModelCatalog, readCatalog } from '../../src/models';
import type { SyncOptions } from '../../src/sync';
import { DatabaseReader } from '../../src/sync/load/chunkReader';
import { clean, play, type Shape } from '../property/play';
import type { Call, CallSource } from '../property/program';
import { asScenario } from '../property/scenario';
import { type Budget, TIMEOUT, ATTEMPT_LIMIT, withinBudget } from '../support/budget';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

/** For setters, which random models do not have. Fewer programs are enough. */
const BUDGET: Budget = { cases: 5, share: 1 / 4, file: 'chunks.property' };
const SIZES = [1, 2, 7, 1000];

const model = (name: string, fields: readonly string[], more: Partial<Shape['models'][number]> = {}) => ({
  name,
  table: name.toLowerCase(),
  fields,
  references: {},
  optional: Object.keys(more.references ?? {}),
  lists: {},
  ...more,
});

const DEMO: Shape = {
  models: [
    model('Person', ['employee_id', 'first_name', 'last_name', 'age', 'hair_colour', 'photo'], {
      lists: { houses: 'House', tags: 'Tag' },
    }),
    model('House', ['address', 'country', 'floors'], { references: { owner_id: 'Person' } }),
    model('Car', ['rego_number', 'name'], { references: { assigned_to_id: 'Person' } }),
    model('Tag', ['label'], { lists: { people: 'Person' } }),
  ],
  links: [
    {
      table: 'person_tag',
      sides: [
        ['person_id', 'Person'],
        ['tag_id', 'Tag'],
      ],
    },
  ],
};

const flags = fc.constantFrom('c', 'u', 'u*', 'cu', 'cu*', 'cu*', 'd', 'd*', 'x', '');
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3', 'K1'), { nil: null });
const name = fc.constantFrom('a', 'b', 'A', 'a ', 'é', 'e', '');
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const columns: Record<string, { values: fc.Arbitrary<Record<string, unknown>>; matches: readonly string[] }> = {
  Person: {
    values: fc.record({
      employee_id: some(fc.constantFrom('E1', 'E2', 'E3', 'e1', '')),
      first_name: name,
      last_name: fc.constantFrom('x', 'y'),
      age: some(fc.constantFrom('1', '2', '', 'old')),
      'houses=>address': some(fc.constantFrom('h1', 'h2', '')),
      'tags=>+label': some(fc.constantFrom('t1', 't2', '')),
      'tags=>=label': some(fc.constantFrom('t1', 't2')),
      photo_filename: some(fc.constantFrom('p.jpg')),
    }),
    matches: [
      'employee_id',
      'first_name last_name',
      'employee_id first_name |',
      'first_name',
      'age last_name',
      'employee_id ~ last_name &',
      '',
    ],
  },
  House: {
    values: fc.record({
      address: fc.constantFrom('h1', 'h2', 'h3', 'H1'),
      floors: some(fc.constantFrom('1', '2', '')),
      'owner=>employee_id': some(fc.constantFrom('E1', 'E2', 'E9', '')),
      'owner=>first_name': some(name),
      'owner=>@': some(fc.constantFrom('k1', 'k9')),
    }),
    matches: ['address', 'owner=>employee_id', 'address floors', ''],
  },
  Car: {
    values: fc.record({
      rego_number: some(fc.constantFrom('R1', 'R2', 'r1', '')),
      name: fc.constantFrom('n1', 'n2', 'n3'),
      assigned_to_id: some(fc.constantFrom('', '999999')),
      'assigned_to=>houses=>address': some(fc.constantFrom('h1', 'h2')),
    }),
    matches: ['rego_number', 'name', 'rego_number name', ''],
  },
  Tag: {
    values: fc.record({
      label: fc.constantFrom('t1', 't2', 't3'),
      'people=>+employee_id': some(fc.constantFrom('E1', 'E2')),
    }),
    matches: ['label'],
  },
};

const source = fc.constantFrom(...Object.keys(columns)).chain((name): fc.Arbitrary<CallSource> => {
  const { values, matches } = columns[name] as (typeof columns)[string];
  const row = fc.record({ actionFlags: flags, matchOn: fc.constantFrom(...matches), externalKey: key, values });
  return fc.record({
    system: fc.constantFrom('S1', 'S2'),
    model: fc.constant(name),
    rows: fc.array(row, { minLength: 1, maxLength: 9 }),
  });
});

const call: fc.Arbitrary<Call> = fc.record({
  sources: fc.tuple(source),
  options: fc.record({
    onError: fc.constantFrom<SyncOptions['onError']>('CONTINUE', 'CONTINUE', 'ROLLBACK'),
    order: fc.constantFrom<SyncOptions['order']>(
      null,
      null,
      ['CREATE', 'UPDATE', 'DELETE'],
      ['DELETE', 'CREATE', 'UPDATE'],
    ),
    onMatchConflict: fc.constantFrom<SyncOptions['onMatchConflict']>('DELETE', 'MERGE', 'FAIL'),
    onUnresolvedReference: fc.constantFrom<SyncOptions['onUnresolvedReference']>('WARN', 'WARN', 'FAIL'),
    dryRun: fc.constantFrom(false, false, false, true),
  }),
});

/** Rows of a source that repeats almost the same rows every night. Later rows may depend on objects that earlier ones change. */
const nightly = fc.record({
  index: fc.nat(4),
  externalKey: fc.option(fc.nat(4), { nil: null, freq: 20 }),
  actionFlags: fc.oneof(
    { weight: 12, arbitrary: fc.constant('cu*') },
    { weight: 2, arbitrary: fc.constantFrom('cu', 'u', 'c') },
    { weight: 1, arbitrary: fc.constantFrom('d', 'd*') },
  ),
  matchOn: fc.oneof(
    { weight: 8, arbitrary: fc.constant('employee_id') },
    { weight: 2, arbitrary: fc.constantFrom('', 'first_name', 'employee_id first_name &') },
  ),
  changed: fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom({ age: 99 }, { first_name: 'F1' }, { hair_colour: null }, { employee_id: 'e1' }) },
  ),
}); // prettier-ignore

type Nightly = typeof nightly extends fc.Arbitrary<infer T> ? T : never;

const nightlyRow = ({ index, externalKey, actionFlags, matchOn, changed }: Nightly) => ({
  actionFlags,
  matchOn,
  // Usually its own key, so that most rows are unchanged.
  externalKey: externalKey === null ? null : `k${externalKey % 3 === 0 ? externalKey : index}`,
  values: {
    employee_id: `E${index}`,
    first_name: `f${index}`,
    last_name: 'é "\\',
    age: index,
    hair_colour: 'x',
    ...changed,
  },
});

const person = (rows: CallSource['rows']): Call['sources'] => [{ system: 'S1', model: 'Person', rows }];

describe.each(DATABASES)('chunks on $name', (kind) => {
  let test: TestDatabase;
  let catalog: ModelCatalog;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    catalog = await readCatalog(test.database, [Person, House, Car, Tag]);
  });
  afterAll(() => test.drop());

  it(
    'R40: any chunk size leaves and tells the same',
    async () => {
      const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 4 }), async (calls) => {
        const reference = await play(test, catalog, DEMO, calls, { chunkSize: 1, lookahead: 'NONE' });
        for (const size of SIZES) {
          const result = await play(test, catalog, DEMO, calls, { chunkSize: size });
          const told = asScenario({ size }, calls);
          expect({ told, result }).toEqual({ told, result: reference });
        }
      });
      await withinBudget(BUDGET, (seed, numRuns) => fc.assert(property, { seed, numRuns, plugins: ATTEMPT_LIMIT }));
    },
    TIMEOUT,
  );

  it(
    'R26, R40: what the database tells to be unchanged is what planning its rows would say',
    async () => {
      // The programs of other tests leave persons whose numbers are not unique.
      await clean(test.database.knex, DEMO);
      await test.database.knex.schema.alterTable('person', (table) => table.unique(['employee_id']));
      const unique = await readCatalog(test.database, [Person, House, Car, Tag]);
      const options = fc.record({
        onError: fc.constantFrom<SyncOptions['onError']>('CONTINUE', 'ROLLBACK'),
        order: fc.constant(null),
        onMatchConflict: fc.constantFrom<SyncOptions['onMatchConflict']>('DELETE', 'MERGE', 'FAIL'),
        onUnresolvedReference: fc.constant<SyncOptions['onUnresolvedReference']>('WARN'),
        dryRun: fc.constant(false),
      });
      const first = [0, 1, 2, 3, 4].map((index) =>
        nightlyRow({ index, externalKey: index, actionFlags: 'cu*', matchOn: 'employee_id', changed: {} }),
      );
      const asked = jest.spyOn(DatabaseReader.prototype, 'unchanged');
      let found = 0;
      const property = fc.asyncProperty(
        fc.array(nightly, { minLength: 6, maxLength: 24 }),
        options,
        async (rows, how) => {
          const calls: Call[] = [
            { sources: person(first), options: how },
            // Half of the rows are unchanged, so that the following rows are expected to be unchanged too.
            { sources: person([...first, ...rows.map(nightlyRow)]), options: how },
          ];
          const reference = await play(test, unique, DEMO, calls, { chunkSize: 1, lookahead: 'NONE' });
          for (const size of [2, 3, 5]) {
            const result = await play(test, unique, DEMO, calls, { chunkSize: size });
            const told = asScenario({ size }, calls);
            expect({ told, result }).toEqual({ told, result: reference });
          }
          for (const { value } of asked.mock.results) found += ((await value) as Map<unknown, unknown>).size;
          asked.mockClear();
        },
      );
      const tried = await withinBudget(BUDGET, (seed, numRuns) =>
        fc.assert(property, { seed, numRuns, plugins: ATTEMPT_LIMIT }),
      );
      if (test.database.dialect.unchangedProbe) expect(found).toBeGreaterThan(tried);
    },
    TIMEOUT,
  );
});

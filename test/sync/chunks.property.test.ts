/**
 * Batching changes nothing: whatever the rows, chunks of 1, 2, 7 and 1000 rows leave the same tables and mappings and tell
 * the same outcomes (R40), up to the numbers of generated ids. NSYNC_PROPERTY_RUNS sets how many programs are tried.
 */
import fc from 'fast-check';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type ModelCatalog, readCatalog } from '../../src/models';
import type { SyncOptions } from '../../src/sync';
import { play, type Shape } from '../property/play';
import type { Call, CallSource } from '../property/program';
import { asScenario } from '../property/scenario';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

/** What random models do not have: setters. Fewer programs are enough. */
const RUNS = Math.ceil(Number(process.env.NSYNC_PROPERTY_RUNS ?? 60) / 4);
const SEED = Number(process.env.NSYNC_PROPERTY_SEED ?? 1);
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
    onMatchConflict: fc.constantFrom<SyncOptions['onMatchConflict']>('DELETE', 'FAIL'),
    onUnresolvedReference: fc.constantFrom<SyncOptions['onUnresolvedReference']>('WARN', 'WARN', 'FAIL'),
    dryRun: fc.constantFrom(false, false, false, true),
  }),
});

describe.each(DATABASES)('chunks on $name', (kind) => {
  let test: TestDatabase;
  let catalog: ModelCatalog;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    catalog = await readCatalog(test.database, [Person, House, Car, Tag]);
  });
  afterAll(() => test.drop());

  it('R40: any chunk size leaves and tells the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 4 }), async (calls) => {
        const reference = await play(test, catalog, DEMO, calls, 1);
        for (const size of SIZES.slice(1)) {
          const result = await play(test, catalog, DEMO, calls, size);
          const told = asScenario({ size }, calls);
          expect({ told, result }).toEqual({ told, result: reference });
        }
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 600_000);
});

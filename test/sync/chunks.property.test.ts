/**
 * Batching changes nothing: whatever the rows, chunks of 1, 2, 7 and 1000 rows leave the same tables and mappings and tell
 * the same outcomes (R40), up to the numbers of generated ids. NSYNC_PROPERTY_RUNS sets how many programs are tried.
 */
import fc from 'fast-check';
import type { Knex } from 'knex';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type ModelCatalog, readCatalog } from '../../src/models';
import type { RowOutcome } from '../../src/records';
import { DEFAULT_OPTIONS, type Row, SyncEngine, type SyncOptions } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

/** What random models do not have: setters. Fewer programs are enough. */
const RUNS = Math.ceil(Number(process.env.NSYNC_PROPERTY_RUNS ?? 60) / 4);
const SEED = Number(process.env.NSYNC_PROPERTY_SEED ?? 1);
const SIZES = [1, 2, 7, 1000];
const TABLES: Record<string, string> = { Person: 'person', House: 'house', Car: 'car', Tag: 'tag' };

interface ProgramRun {
  readonly system: string;
  readonly model: string;
  readonly rows: readonly Omit<Row, 'number'>[];
  readonly options: Partial<SyncOptions>;
}

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

const run = fc.constantFrom(...Object.keys(columns)).chain((model): fc.Arbitrary<ProgramRun> => {
  const { values, matches } = columns[model] as (typeof columns)[string];
  const row = fc.record({ actionFlags: flags, matchOn: fc.constantFrom(...matches), externalKey: key, values });
  return fc.record({
    system: fc.constantFrom('S1', 'S2'),
    model: fc.constant(model),
    rows: fc.array(row, { minLength: 1, maxLength: 9 }),
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
});

async function clean(knex: Knex): Promise<void> {
  for (const table of [
    'person_tag',
    'tag',
    'car',
    'house',
    'person',
    'nsync_external_key_mappings',
    'nsync_run_sources',
    'nsync_external_systems',
    'nsync_row_outcomes',
    'nsync_related_changes',
    'nsync_runs',
  ])
    await knex(table).delete();
}

type Numbered = Record<string, Map<string, string>>;

/** Generated ids by the order in which they were given. */
function numberIds(ids: Record<string, Set<string>>): Numbered {
  return Object.fromEntries(
    Object.entries(ids).map(([model, set]) => [
      model,
      new Map([...set].sort((a, b) => Number(a) - Number(b)).map((id, index) => [id, `#${index}`])),
    ]),
  );
}

/** What a program leaves and tells, without generated numbers. */
async function play(
  test: TestDatabase,
  catalog: ModelCatalog,
  program: readonly ProgramRun[],
  chunkSize: number,
): Promise<unknown> {
  const { knex } = test.database;
  await clean(knex);
  const engine = new SyncEngine(test.database, catalog, { chunkSize });
  const told: { model: string; outcomes: readonly RowOutcome[] }[] = [];
  for (const { system, model, rows, options } of program) {
    const source = {
      system,
      model,
      file: null,
      text: true,
      columns: new Set(rows.flatMap(({ values }) => Object.keys(values))),
      async *batches() {
        yield await Promise.resolve(rows.map((row, index) => ({ ...row, number: index + 1 })));
      },
    };
    const { outcomes } = await engine.run({
      sources: [source],
      options: { ...DEFAULT_OPTIONS, ...options },
      wantOutcomes: true,
    });
    told.push({ model, outcomes: outcomes[0] ?? [] });
  }
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const [model, table] of Object.entries(TABLES))
    tables[model] = (await knex(table).orderBy('id')) as Record<string, unknown>[];
  const links = (await knex('person_tag').orderBy(['person_id', 'tag_id'])) as Record<string, unknown>[];
  const mappings = (await knex('nsync_external_key_mappings')
    .join('nsync_external_systems', 'nsync_external_systems.id', 'external_system_id')
    .select('name', 'model', 'external_key', 'object_id')) as {
    name: string;
    model: string;
    external_key: string;
    object_id: string;
  }[];

  const ids: Record<string, Set<string>> = Object.fromEntries(
    Object.keys(TABLES).map((model) => [model, new Set<string>()]),
  );
  for (const [model, rows] of Object.entries(tables)) for (const row of rows) ids[model]?.add(String(row.id));
  const numbers = numberIds(ids);
  const number = (model: string, id: unknown): string | null =>
    id === null || id === undefined ? null : (numbers[model]?.get(String(id)) ?? 'gone');
  const FOREIGN: Record<string, string> = { owner_id: 'Person', assigned_to_id: 'Person' };
  const LISTS: Record<string, string> = { tags: 'Tag', people: 'Person', houses: 'House' };
  const value = (model: string, field: string, raw: unknown): unknown =>
    field === 'id'
      ? number(model, raw)
      : FOREIGN[field]
        ? number(FOREIGN[field], raw)
        : LISTS[field] && Array.isArray(raw)
          ? raw.map((id) => number(LISTS[field] ?? '', id)).sort()
          : raw;
  return {
    told: told.map(({ model, outcomes }) =>
      outcomes.map(({ objectId, alsoDeleted, alsoChanged, changes, problems, ...outcome }) => ({
        ...outcome,
        objectId: number(model, objectId),
        alsoDeleted: alsoDeleted.length,
        alsoChanged: alsoChanged.map((other) => `${other.model} ${number(other.model, other.objectId)}`).sort(),
        changes: changes.map((change) => ({
          field: change.field,
          before: value(model, change.field, change.before),
          after: value(model, change.field, change.after),
        })),
        problems: problems.map(({ code, severity, field }) => ({ code, severity, field })),
      })),
    ),
    tables: Object.fromEntries(
      Object.entries(tables).map(([model, rows]) => [
        model,
        rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([field, raw]) => [field, value(model, field, raw)])),
        ),
      ]),
    ),
    links: links.map((link) => [number('Person', link.person_id), number('Tag', link.tag_id)]),
    mappings: mappings
      .map(({ name: system, model, external_key, object_id }) =>
        [system, model, external_key, number(model, object_id)].join(' '),
      )
      .sort(),
  };
}

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
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 4 }), async (program) => {
        const reference = await play(test, catalog, program, 1);
        for (const size of SIZES.slice(1))
          expect({ size, result: await play(test, catalog, program, size) }).toEqual({ size, result: reference });
      }),
      { numRuns: RUNS, seed: SEED },
    );
  }, 600_000);
});

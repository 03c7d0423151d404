/**
 * Runs each folder of test/scenarios: CSV files (or JSON, as for `syncRows`) in, tables and outcomes out. Each runs on tables in memory (row by row,
 * in one chunk, and in small chunks that are loaded ahead) and on every database. A folder's scenario.json contains its runs, the files that they
 * sync, and the expected mappings, outcomes, and relevant columns of tables. Objects are named as people name them: a person by its employee_id, a
 * house by its address.
 */
import { DATABASES } from './support/databases';
import { demoCatalog } from './support/demoCatalog';
import type { MemorySettings } from './support/memoryRun';
import { type Backend, InDatabase, InMemory, NAMES, play, scenarioOf } from './support/scenarios';

const inMemory = (settings: Omit<MemorySettings, 'catalog'>) => () =>
  Promise.resolve(new InMemory({ ...settings, catalog: demoCatalog() }));

const BACKENDS: readonly { name: string; open: () => Promise<Backend> }[] = [
  { name: 'memory, row by row', open: inMemory({ chunkSize: 1, lookahead: 'NONE' }) },
  { name: 'memory, in one chunk', open: inMemory({ chunkSize: 1000, lookahead: 'NONE' }) },
  { name: 'memory, loading ahead', open: inMemory({ chunkSize: 2, lookahead: 'DEFAULT' }) },
  ...DATABASES.map((kind) => ({ name: kind.name, open: () => InDatabase.open(kind) })),
];

describe.each(BACKENDS)('scenarios with $name', ({ open }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
  });
  afterAll(() => backend.close());

  it.each(NAMES.map((name) => ({ name, ...scenarioOf(name) })))('$rules: $does ($name)', async ({ name }) => {
    await play(name, backend);
  });
});

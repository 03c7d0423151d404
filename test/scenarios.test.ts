/**
 * Folders of CSV (or JSON, as `syncRows` takes it) in, tables and outcomes out. Each is run on tables in memory (row by row, in one
 * chunk, and in small chunks that are loaded ahead) and on every database. A folder has a scenario.json with its runs, the files they sync, and what is expected: tables with the columns
 * that matter, mappings, outcomes. Objects stand there by what people call them: a person's employee_id, a house's address.
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

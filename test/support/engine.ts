/** The engine on a fresh database, with a test's own models. */
import type { Database } from '../../src/database';
import { ALL_TABLES, type Model, type ModelCatalog, readCatalog, readDatabaseModels } from '../../src/models';
import type { RowOutcome } from '../../src/records';
import { DEFAULT_OPTIONS, type Row, SyncEngine, type SyncOptions } from '../../src/sync';
import { pathName } from '../../src/sync/read/columns';
import { type DatabaseKind, migratedDatabase, type TestDatabase } from './databases';

/** The values of a row. `$flags`, `$match` and `$key` are the row's own members. */
export type TestRow = Record<string, unknown> & { $flags?: string; $match?: string; $key?: string };

const rowOf = ({ $flags, $match, $key, ...values }: TestRow, index: number): Row => ({
  number: index + 1,
  actionFlags: $flags ?? 'cu*',
  matchOn: $match ?? null,
  externalKey: $key ?? null,
  values,
});

function columnsOf(rows: readonly TestRow[]): Set<string> {
  const names = new Set<string>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      names.add(name);
      if (value !== null && typeof value === 'object' && !Array.isArray(value))
        for (const key of Object.keys(value)) names.add(pathName(name, key));
    }
  return names;
}

export interface TestEngine extends Pick<SyncingEngine, 'sync'> {
  readonly test: TestDatabase;
  close(): Promise<void>;
}

export interface SyncingEngine {
  sync(
    model: string,
    rows: readonly TestRow[],
    options?: Partial<SyncOptions> & { system?: string; text?: boolean; chunkSize?: number },
  ): Promise<readonly RowOutcome[]>;
}

/** The engine on a database with the models of a catalog. */
export const engineFor = (
  database: Database,
  catalog: ModelCatalog,
  settings: { chunkSize?: number } = {},
): SyncingEngine => ({
  async sync(model, rows, { system = 'Test', text = false, chunkSize = settings.chunkSize, ...options } = {}) {
    const engine = new SyncEngine(database, catalog, { chunkSize });
    const source = {
      system,
      model,
      file: null,
      text,
      columns: columnsOf(rows),
      async *batches() {
        yield await Promise.resolve(rows.map(rowOf));
      },
    };
    const { outcomes } = await engine.run({
      sources: [source],
      options: { ...DEFAULT_OPTIONS, onError: 'CONTINUE', ...options },
      wantOutcomes: true,
    });
    return outcomes[0] ?? [];
  },
});

/** `prepare` creates the tables. Without classes, each table is a model. */
export async function testEngine(
  kind: DatabaseKind,
  classes: readonly Model['objection'][] | null,
  prepare: (test: TestDatabase) => Promise<void>,
  settings: { chunkSize?: number } = {},
): Promise<TestEngine> {
  const test = await migratedDatabase(kind);
  await prepare(test);
  return engineOn(test, classes, settings);
}

/** The engine on a database that has nsync's own tables. */
export async function engineOn(
  test: TestDatabase,
  classes: readonly Model['objection'][] | null,
  settings: { chunkSize?: number } = {},
): Promise<TestEngine> {
  const catalog = classes
    ? await readCatalog(test.database, classes)
    : await readDatabaseModels(test.database, ALL_TABLES);
  return { ...engineFor(test.database, catalog, settings), test, close: () => test.drop() };
}

/** The status and the problem codes with their fields: `FAILED INVALID_VALUE(age)`. */
export const told = ({ status, problems }: RowOutcome): string =>
  [status, ...problems.map(({ code, field }) => (field === null ? code : `${code}(${field})`))].join(' ');

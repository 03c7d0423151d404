/** Runs the folders of test/scenarios: rows in, tables, mappings and outcomes out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SyncRowsInput } from '../../src/api/inputs/rows';
import { readRow } from '../../src/api/sources';
import { type CsvOptions, fileNameReader, openCsvText } from '../../src/csv';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type Model, type ModelCatalog, readCatalog } from '../../src/models';
import type { RowOutcome } from '../../src/records';
import { DEFAULT_OPTIONS, type Row, SyncEngine, type SyncOptions } from '../../src/sync';
import { RowColumns } from '../../src/sync/read/rowColumns';
import { type DatabaseKind, migratedDatabase, type TestDatabase } from './databases';
import { readTable, type Table } from './csv';
import { MemoryDatabase } from './memoryDatabase';
import { MemoryRun, type MemorySettings } from './memoryRun';

interface Scenario {
  readonly rules: string;
  readonly does: string;
  readonly runs: readonly {
    readonly files: readonly string[];
    readonly options?: Partial<SyncOptions>;
    readonly format?: CsvOptions['format'];
  }[];
}

interface Source {
  readonly system: string;
  readonly model: string;
  readonly file: string;
  readonly text: boolean;
  /** The names in a file's header. */
  readonly names: readonly string[] | null;
  readonly rows: readonly Row[];
}

interface RunResult {
  readonly outcomes: readonly (readonly RowOutcome[])[];
  readonly problems: readonly string[];
}

type Values = Record<string, unknown>;

/** Everything that a scenario compares. */
interface Contents {
  readonly tables: Readonly<Record<string, readonly Values[]>>;
  readonly links: readonly Values[];
  readonly mappings: readonly { system: string; model: string; key: string; objectId: string }[];
}

export interface Backend {
  clean(): Promise<void>;
  run(sources: readonly Source[], options: SyncOptions): Promise<RunResult>;
  contents(): Promise<Contents>;
  close(): Promise<void>;
}

const FOLDER = join(__dirname, '../scenarios');
export const NAMES = readdirSync(FOLDER).sort();
const TABLES = ['person', 'house', 'car', 'tag'];

export const scenarioOf = (name: string): Scenario =>
  JSON.parse(readFileSync(join(FOLDER, name, 'scenario.json'), 'utf8')) as Scenario;

function columnsOf(model: Model, rows: readonly Row[]): ReadonlySet<string> {
  const columns = new RowColumns(model);
  for (const { values } of rows) columns.add(values);
  return columns.names;
}

async function sourceOf(name: string, file: string, format: CsvOptions['format']): Promise<Source> {
  const content = readFileSync(join(FOLDER, name, file), 'utf8');
  const { system, model } = fileNameReader()(file.replace(/(-\d+)?\.(csv|json)$/, '.csv'), {});
  if (file.endsWith('.json')) {
    const rows = (JSON.parse(content) as SyncRowsInput['rows']).map((row, index) => readRow(row, index, null));
    return { system, model, file, text: false, names: null, rows };
  }
  const csv = await openCsvText(content, { format });
  const rows: Row[] = [];
  for await (const batch of csv.batches()) rows.push(...batch);
  return { system, model, file, text: true, names: csv.names, rows };
}

export class InMemory implements Backend {
  private memory: MemoryDatabase;

  constructor(private readonly settings: MemorySettings) {
    this.memory = new MemoryDatabase(settings.catalog);
  }

  clean(): Promise<void> {
    this.memory = new MemoryDatabase(this.settings.catalog);
    return Promise.resolve();
  }

  run(sources: readonly Source[], options: SyncOptions): Promise<RunResult> {
    return new MemoryRun(this.memory, this.settings, sources, options).execute();
  }

  contents(): Promise<Contents> {
    return Promise.resolve({
      tables: Object.fromEntries(TABLES.map((table) => [table, this.memory.table(table)])),
      links: this.memory.linkRows,
      mappings: this.memory.mappingRows,
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class InDatabase implements Backend {
  private constructor(
    private readonly test: TestDatabase,
    private readonly catalog: ModelCatalog,
    private readonly engine: SyncEngine,
  ) {}

  static async open(kind: DatabaseKind): Promise<InDatabase> {
    const test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    return InDatabase.on(test);
  }

  /** Creates the database side of scenarios. The database must have all tables. */
  static async on(test: TestDatabase): Promise<InDatabase> {
    const catalog = await readCatalog(test.database, [Person, House, Car, Tag]);
    return new InDatabase(test, catalog, new SyncEngine(test.database, catalog));
  }

  async clean(): Promise<void> {
    const { knex } = this.test.database;
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

  async run(sources: readonly Source[], options: SyncOptions): Promise<RunResult> {
    const { runId, outcomes } = await this.engine.run({
      sources: sources.map(({ rows, names, ...source }) => ({
        ...source,
        columns: names ?? columnsOf(this.catalog.get(source.model), rows),
        async *batches() {
          yield await Promise.resolve(rows);
        },
      })),
      options,
      wantOutcomes: true,
    });
    const run = await this.test.database
      .reader('nsync_runs')
      .where({ id: runId })
      .first<{ problems: string }>('problems');
    return { outcomes, problems: (JSON.parse(run.problems) as { code: string }[]).map(({ code }) => code) };
  }

  async contents(): Promise<Contents> {
    const { reader } = this.test.database;
    const tables: Record<string, Values[]> = {};
    for (const table of TABLES) tables[table] = (await reader(table).orderBy('id')) as Values[];
    const mappings = (await reader('nsync_external_key_mappings')
      .join('nsync_external_systems', 'nsync_external_systems.id', 'external_system_id')
      .select('name', 'model', 'external_key', 'object_id')) as {
      name: string;
      model: string;
      external_key: string;
      object_id: string;
    }[];
    return {
      tables,
      links: (await reader('person_tag')) as Values[],
      mappings: mappings.map((row) => ({
        system: row.name,
        model: row.model,
        key: row.external_key,
        objectId: row.object_id,
      })),
    };
  }

  close(): Promise<void> {
    return this.test.drop();
  }
}

/** The name by which people identify an object. */
function nameOf(contents: Contents, table: string, id: unknown): string {
  const object = contents.tables[table]?.find((values) => String(values.id) === String(id));
  return String(
    object?.employee_id ??
      object?.address ??
      object?.rego_number ??
      object?.label ??
      object?.first_name ??
      `(no ${table} ${String(id)})`,
  );
}

function cell(contents: Contents, values: Values, column: string): string {
  if (column === 'owner') return values.owner_id === null ? '' : nameOf(contents, 'person', values.owner_id);
  if (column === 'assigned_to')
    return values.assigned_to_id === null ? '' : nameOf(contents, 'person', values.assigned_to_id);
  if (column === 'tags') {
    const tags = contents.links.filter((link) => String(link.person_id) === String(values.id));
    return tags
      .map((link) => nameOf(contents, 'tag', link.tag_id))
      .sort()
      .join(' ');
  }
  const value = values[column];
  return value === null || value === undefined ? '' : String(value);
}

const sorted = (rows: Table): string[] => rows.map((row) => JSON.stringify(row)).sort();

async function expectContents(name: string, backend: Backend): Promise<void> {
  const contents = await backend.contents();
  for (const table of TABLES) {
    const path = join(FOLDER, name, 'expected', `${table}.csv`);
    if (!existsSync(path)) continue;
    const [header = ''] = readFileSync(path, 'utf8').split('\n');
    const actual = (contents.tables[table] ?? []).map((values) =>
      Object.fromEntries(header.split(',').map((column) => [column, cell(contents, values, column)])),
    );
    expect({ [table]: sorted(actual) }).toEqual({ [table]: sorted(readTable(path)) });
  }
  const path = join(FOLDER, name, 'expected', 'mappings.csv');
  if (!existsSync(path)) return;
  const actual = contents.mappings.map(({ system, model, key, objectId }) => ({
    system,
    model,
    external_key: key,
    object: nameOf(contents, model.toLowerCase(), objectId),
  }));
  expect({ mappings: sorted(actual) }).toEqual({ mappings: sorted(readTable(path)) });
}

export async function play(name: string, backend: Backend): Promise<void> {
  await backend.clean();
  const actual: Table = [];
  for (const [index, { files, options, format }] of scenarioOf(name).runs.entries()) {
    const sources: Source[] = [];
    for (const file of files) sources.push(await sourceOf(name, file, format));
    const { outcomes, problems } = await backend.run(sources, { ...DEFAULT_OPTIONS, ...options });
    const run = String(index + 1);
    if (problems.length > 0) actual.push({ run, row: '0', status: '', problems: problems.join(' ') });
    for (const outcome of outcomes.flat())
      actual.push({
        run,
        row: String(outcome.row),
        status: outcome.status,
        problems: outcome.problems.map(({ code }) => code).join(' '),
      });
  }
  const path = join(FOLDER, name, 'expected', 'outcomes.csv');
  if (existsSync(path)) expect(actual).toEqual(readTable(path));
  await expectContents(name, backend);
}

/** R17b, R42, R47: a queued run of a few rows that another process continues, because only some of its chunks were committed. */
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type ModelCatalog, readCatalog } from '../../src/models';
import { recordedOutcomes, RunRecords } from '../../src/records';
import { SyncEngine, type SyncRequest } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { runInParts } from '../support/runInParts';
import { requestOf } from '../support/tagRuns';

/** Rows with the external keys and labels. */
function rowsOf(labels: Readonly<Record<string, string>>): SyncRequest {
  const rows = Object.entries(labels).map(([externalKey, label], index) => ({
    number: index + 1,
    actionFlags: 'cu*',
    matchOn: null,
    externalKey,
    values: { label },
  }));
  const { sources, ...rest } = requestOf([], { options: { onError: 'CONTINUE' } });
  const batches = async function* () {
    yield await Promise.resolve(rows);
  };
  return { ...rest, sources: sources.map((source) => ({ ...source, expectedRows: rows.length, batches })) };
}

/** The second row waits for the third one, which gives its label up. The first one is new. */
const REQUEST = rowsOf({ n: 'new', a: 'B', b: 'C' });

describe.each(DATABASES)('a queued run of three rows on $name', (kind) => {
  let test: TestDatabase;
  let catalog: ModelCatalog;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    catalog = await readCatalog(test.database, [Tag]);
    await new SyncEngine(test.database, catalog).run(rowsOf({ a: 'A', b: 'B' }));
  });
  afterEach(() => test.drop());

  it.each([
    ['that fit into a chunk', 1000],
    ['in chunks of their own', 1],
  ])('R47: rows %s leave and tell what they do without a break', async (_rows, chunkSize) => {
    const commitsOf = (part: number): number => 1 + part;
    const { runId, parts } = await runInParts(test.database, catalog, REQUEST, { chunkSize, commitsOf });
    expect(parts).toBeGreaterThan(1);
    const records = new RunRecords(test.database, { find: () => undefined });
    const [run] = await records.byIds([runId]);
    const [source] = await records.sourcesOf([runId]);
    const outcomes: unknown[] = [];
    for await (const some of recordedOutcomes(test.database.knex, source!.id))
      outcomes.push(...some.map(({ row, status }) => [row, status]));
    expect(run?.status).toBe('COMPLETED');
    expect(source?.counts).toMatchObject({ rows: 3, created: 1, updated: 2, unchanged: 0 });
    expect(outcomes).toEqual([
      [1, 'CREATED'],
      [2, 'UPDATED'],
      [3, 'UPDATED'],
    ]);
    expect(await test.database.knex('tag').orderBy('id').pluck<string[]>('label')).toEqual(['B', 'C', 'new']);
  });
});

/** R17b, R42, R47: a queued run of a few rows that another process continues, because only some of its chunks were committed. */
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type ModelCatalog, readCatalog } from '../../src/models';
import { claimRun, recordedOutcomes, RunRecords, storeInput, submitCall } from '../../src/records';
import { type RunObserver, SyncEngine, type SyncRequest, UNOBSERVED } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { requestOf } from '../support/tagRuns';

const LEASE = { owner: 'test', seconds: 45 };

/** Aborts the signal after so many commits. */
function stopAfter(commits: number, handBack: AbortController): RunObserver {
  let left = commits;
  const count = (): void => {
    left -= 1;
    if (left === 0) handBack.abort();
  };
  return () => ({ ...UNOBSERVED, step: (step) => (step === 'commit' ? count : () => undefined) });
}

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
    await engine().run(rowsOf({ a: 'A', b: 'B' }));
  });
  afterEach(() => test.drop());

  const engine = (chunkSize?: number): SyncEngine => new SyncEngine(test.database, catalog, { chunkSize });

  /** Carries out the run in parts, each of which ends after some commits. Returns the id of the run and the number of the parts. */
  async function inParts(chunkSize: number): Promise<{ runId: string; parts: number }> {
    const { runId } = await engine().enqueue(REQUEST, async (run) => {
      await storeInput(test.database, run, 0, (async function* () {})());
      await submitCall(test.database, run, { system: 'HR', call: '{}', attempts: 2 });
    });
    for (let parts = 1; ; parts += 1) {
      const claimed = (await claimRun(test.database, LEASE))!;
      const handBack = new AbortController();
      // The first commit records the systems. Each part gets further, because some commits bring a run no further.
      const request = { ...REQUEST, observer: stopAfter(1 + parts, handBack) };
      if (await engine(chunkSize).work(() => Promise.resolve(request), claimed, handBack.signal))
        return { runId, parts };
    }
  }

  it.each([
    ['that fit into a chunk', 1000],
    ['in chunks of their own', 1],
  ])('R47: rows %s leave and tell what they do without a break', async (_rows, chunkSize) => {
    const { runId, parts } = await inParts(chunkSize);
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

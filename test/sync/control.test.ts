/** Following a run, and stopping it. */
import { CallError } from '../../src/errors';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, type RunProgress, SyncEngine, type SyncOptions, type SyncRequest } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const BATCHES = 5;
const BATCH = 20;

const request = (options: Partial<SyncOptions>, expectedRows?: number): SyncRequest => ({
  sources: [
    {
      system: 'HR',
      model: 'Tag',
      file: null,
      text: false,
      columns: ['label'],
      expectedRows,
      async *batches() {
        for (let batch = 0; batch < BATCHES; batch += 1)
          yield Array.from({ length: BATCH }, (_, index) => ({
            number: batch * BATCH + index + 1,
            actionFlags: 'cu',
            matchOn: 'label',
            externalKey: null,
            values: { label: `${batch}-${index}` },
          }));
      },
    },
  ],
  options: { ...DEFAULT_OPTIONS, ...options },
  wantOutcomes: false,
});

describe('a run', () => {
  let test: TestDatabase;
  let engine: SyncEngine;
  beforeEach(async () => {
    test = await migratedDatabase(DATABASES[0]!);
    await test.database.knex.transaction((trx) => createDemoTables(trx));
    engine = new SyncEngine(test.database, await readCatalog(test.database, [Tag]), { chunkSize: BATCH });
  });
  afterEach(() => test.drop());

  it('tells how many of its rows have been read, once a pass', async () => {
    const rows = BATCHES * BATCH;
    const watch = async (options: Partial<SyncOptions>, expectedRows?: number): Promise<RunProgress[]> => {
      const seen: RunProgress[] = [];
      await engine.run({ ...request(options, expectedRows), onProgress: (progress) => void seen.push(progress) });
      return seen;
    };
    expect(await watch({}, rows)).toEqual([20, 40, 60, 80, 100].map((done) => ({ rows: done, expectedRows: rows })));
    const passes = await watch({ order: ['CREATE', 'UPDATE', 'DELETE'] }, rows);
    expect(passes.at(-1)).toEqual({ rows: 3 * rows, expectedRows: 3 * rows });
    expect((await watch({})).at(-1)).toEqual({ rows, expectedRows: null });
  });

  it.each([
    ['ROLLBACK', 'The run was stopped on request. All its changes were undone.'],
    ['CONTINUE', 'The run was stopped on request. Committed rows stay.'],
  ] as const)('stops on request with onError %s, and ends as CANCELLED', async (onError, message) => {
    const stop = new AbortController();
    const run = engine.run({
      ...request({ onError }),
      signal: stop.signal,
      onProgress: ({ rows }) => {
        if (rows === 3 * BATCH) stop.abort();
      },
    });
    await expect(run).rejects.toEqual(new CallError('CANCELLED', message));
    const { knex } = test.database;
    expect(await knex('nsync_runs').select('status')).toEqual([{ status: 'CANCELLED' }]);
    const stayed = await knex('tag').pluck<string[]>('label');
    expect(stayed.length % BATCH).toBe(0);
    expect(stayed.length > 0 && stayed.length < BATCHES * BATCH).toBe(onError === 'CONTINUE');
    // The engine can start the next run.
    expect(await engine.run(request({}))).toMatchObject({ status: 'COMPLETED' });
  });

  it('stops on request while its source has no rows to give', async () => {
    const stop = new AbortController();
    const [source] = request({}).sources;
    async function* batches() {
      for (let batch = 0; ; batch += 1) {
        if (batch === 100) stop.abort();
        yield [];
      }
    }
    const run = engine.run({ ...request({}), sources: [{ ...source!, batches }], signal: stop.signal });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

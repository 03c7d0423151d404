/** R44: a call says how long it waits for other runs on its models. */
import { type Database, openDatabase } from '../../src/database';
import { Tag } from '../../src/demo/models';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, SyncEngine, type SyncResult } from '../../src/sync';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { failureOf } from '../support/failureOf';
import { type PausedRun, pausedRun } from '../support/pausedRun';

const call = (engine: SyncEngine, maxWaitSeconds: number | null, idempotencyKey?: string): Promise<SyncResult> =>
  engine.run({
    sources: [
      {
        system: 'IT',
        model: 'Tag',
        file: null,
        text: false,
        columns: ['label'],
        async *batches() {
          yield await Promise.resolve([{ number: 1, actionFlags: 'cu', matchOn: 'label', externalKey: null, values: { label: 'late' } }]); // prettier-ignore
        },
      },
    ],
    options: { ...DEFAULT_OPTIONS, maxWaitSeconds },
    wantOutcomes: true,
    idempotencyKey,
  });

const BUSY = 'The call waited for maxWaitSeconds, and nothing was synced. Repeat the call later.';

describe.each(DATABASES)('R44, maxWaitSeconds on $name', (kind) => {
  let paused: PausedRun;
  let other: Database;
  beforeEach(async () => {
    paused = await pausedRun(kind);
    other = openDatabase(paused.test.url);
  });
  afterEach(async () => {
    await other.close();
    await paused.test.drop();
  });

  const statuses = async (): Promise<string[]> =>
    ((await paused.test.database.reader('nsync_runs').orderBy('id')) as { status: string }[]).map(({ status }) => status); // prettier-ignore
  const isLateThere = async (): Promise<boolean> =>
    ((await paused.test.database.reader('tag').where({ label: 'late' })) as unknown[]).length > 0;
  const otherEngine = async (): Promise<SyncEngine> => new SyncEngine(other, await readCatalog(other, [Tag]));

  it.each(['the same server', 'another server'])('ends the wait for a run of %s', async (where) => {
    let failure: unknown;
    const { status } = await paused.run({}, async (engine) => {
      // A run reports for the first time after a second.
      failure = await failureOf(call(where === 'the same server' ? engine : await otherEngine(), 2));
    });
    expect(status).toBe('COMPLETED');
    expect(failure).toMatchObject({ code: 'RUN_BUSY', message: `Model Tag is not free, because run 1 works on it. ${BUSY}` }); // prettier-ignore
    // On SQLite, its record waits for the only writer.
    await eventually('the record', async () => (await statuses()).sort().join() === 'CANCELLED,COMPLETED');
    expect(await isLateThere()).toBe(false);
    expect(await call(await otherEngine(), null)).toMatchObject({ status: 'COMPLETED' });
  });

  it('leaves its idempotency key to the next call, which may wait for longer', async () => {
    let failure: unknown;
    await paused.run({}, async (engine) => {
      failure = await failureOf(call(engine, 0.2, 'key'));
    });
    expect(failure).toMatchObject({ code: 'RUN_BUSY' });
    const done = await call(paused.engine, 50, 'key');
    expect(done).toMatchObject({ status: 'COMPLETED', replayed: false });
    expect(await call(paused.engine, null, 'key')).toMatchObject({ runId: done.runId, replayed: true });
  });

  it('does not limit a run that has its models', async () => {
    const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await paused.run({ maxWaitSeconds: 2 }, pause)).toMatchObject({ status: 'COMPLETED' });
    expect(await paused.run({ maxWaitSeconds: 2, onError: 'CONTINUE' }, () => undefined)).toMatchObject({ status: 'COMPLETED' }); // prettier-ignore
  });

  it.each([0, -1, NaN])('is more than 0 seconds, not %d', async (seconds) => {
    expect(await failureOf(call(paused.engine, seconds))).toMatchObject({ code: 'BAD_USER_INPUT', message: `maxWaitSeconds must be a number above 0, not ${seconds}.` }); // prettier-ignore
    expect(await statuses()).toEqual([]);
  });
});

/** R49: calls with the same idempotency key and content are one run, on one server and on two. */
import { type Database, openDatabase } from '../../src/database';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { pruneIdempotencyKeys } from '../../src/records';
import { DEFAULT_OPTIONS, SyncEngine, type SyncOptions, type SyncRequest, type SyncResult } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { failureOf } from '../support/failureOf';

const CHUNK = 5;
const LONG_AGO = '2020-01-01 00:00:00.000';

const engineOn = async (database: Database): Promise<SyncEngine> =>
  new SyncEngine(database, await readCatalog(database, [Tag]), { chunkSize: CHUNK });

/** Tags of these labels; `before` is awaited before their rows are read. */
const tags = (labels: readonly string[], before: Promise<void> = Promise.resolve()): SyncRequest['sources'] => [
  {
    system: 'HR',
    model: 'Tag',
    file: null,
    text: false,
    columns: ['label'],
    fingerprint: () => Promise.resolve(JSON.stringify(labels)),
    async *batches() {
      await before;
      yield labels.map((label, index) => ({ number: index + 1, actionFlags: 'cu', matchOn: 'label', externalKey: label, values: { label } })); // prettier-ignore
    },
  },
];

const NAMES = Array.from({ length: 3 * CHUNK }, (_, index) => `tag ${index}`);

interface Call extends Partial<Pick<SyncRequest, 'sources' | 'startedBy' | 'signal'>> {
  readonly key?: string;
  readonly options?: Partial<SyncOptions>;
}

const call = (engine: SyncEngine, { key = 'k', options, ...request }: Call = {}): Promise<SyncResult> =>
  engine.run({
    sources: tags(NAMES),
    options: { ...DEFAULT_OPTIONS, ...options },
    wantOutcomes: true,
    idempotencyKey: key,
    ...request,
  });

describe.each(DATABASES)('R49 on $name', (kind) => {
  let test: TestDatabase;
  let other: Database;
  let engine: SyncEngine;

  beforeEach(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    other = openDatabase(test.url);
    engine = await engineOn(test.database);
  });
  afterEach(async () => {
    await other.close();
    await test.drop();
  });

  const statuses = async (): Promise<string[]> =>
    ((await test.database.reader('nsync_runs').orderBy('id')) as { status: string }[]).map(({ status }) => status);
  const change = (id: string, values: object): Promise<unknown> =>
    test.database.knex('nsync_runs').where({ id }).update(values);

  it('a repeated call is answered with the run of the first one, and its outcomes', async () => {
    await call(engine, { key: 'before', sources: tags(NAMES.slice(0, 4)) });
    const first = await call(engine);
    const again = await call(await engineOn(other));
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect([again.runId, again.status]).toEqual([first.runId, first.status]);
    expect(first.outcomes[0]?.map(({ status }) => status)).toEqual(NAMES.map((_, index) => (index < 4 ? 'UNCHANGED' : 'CREATED'))); // prettier-ignore
    // Outcomes of rows that changed nothing are not recorded: what is known of them is the row.
    const known = first.outcomes[0]?.map((outcome) => outcome.status === 'UNCHANGED' ? { ...outcome, objectId: null } : outcome); // prettier-ignore
    expect(again.outcomes[0]).toEqual(known);
    expect(await statuses()).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it('also if it failed as a whole, or was a dry run', async () => {
    const failing = { sources: tags([...NAMES, 'x'.repeat(300)]) };
    const first = await call(engine, failing);
    expect(first.status).toBe('ROLLED_BACK');
    expect(await call(engine, failing)).toEqual({ ...first, replayed: true });
    const dry = { key: 'dry', options: { dryRun: true } };
    expect((await call(engine, dry)).runId).toBe((await call(engine, dry)).runId);
  });

  it('other content under the same key is refused, and nothing of it is done', async () => {
    const { runId } = await call(engine);
    const others: Call[] = [
      { sources: tags(['another']) },
      { options: { onError: 'CONTINUE' } },
      { sources: tags(NAMES).map((source) => ({ ...source, system: 'IT' })) },
    ];
    for (const content of others)
      expect(await failureOf(call(engine, content))).toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: expect.stringContaining(`The idempotency key "k" belongs to run ${runId}`) as unknown,
      });
    expect(await statuses()).toEqual(['COMPLETED']);
  });

  it('rows are compared by what they say, not by how', async () => {
    const rows = (values: Record<string, unknown>): SyncRequest['sources'] => [
      {
        ...(tags([])[0] as SyncRequest['sources'][number]),
        fingerprint: undefined,
        async *batches() {
          yield await Promise.resolve([{ number: 1, actionFlags: 'c', matchOn: null, externalKey: null, values }]);
        },
      },
    ];
    const { runId } = await call(engine, { sources: rows({ label: 'a', id: 7 }) });
    expect(await call(engine, { sources: rows({ id: 7, label: 'a' }) })).toMatchObject({ runId, replayed: true });
    expect(await failureOf(call(engine, { sources: rows({ id: 7, label: 'b' }) }))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' }); // prettier-ignore
  });

  it.each(['ROLLBACK', 'CONTINUE'] as const)('calls that arrive together on two servers are one run, %s', async (onError) => {
    const engines = [engine, await engineOn(other)];
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, index) => call(engines[index % 2] as SyncEngine, { options: { onError } })),
    );
    expect(new Set(results.map(({ runId }) => runId)).size).toBe(1);
    expect(results.filter(({ replayed }) => !replayed)).toHaveLength(1);
    for (const { outcomes } of results) expect(outcomes[0]?.map(({ status }) => status)).toEqual(NAMES.map(() => 'CREATED')); // prettier-ignore
    expect(await statuses()).toEqual(['COMPLETED']);
  }); // prettier-ignore

  it('each caller has keys of its own', async () => {
    const hr = await call(engine, { startedBy: 'hr' });
    const it = await call(engine, { startedBy: 'it', sources: tags(['of it']) });
    const nobody = await call(engine);
    expect(new Set([hr, it, nobody].map(({ runId }) => runId)).size).toBe(3);
    expect((await call(engine, { startedBy: 'it', sources: tags(['of it']) })).runId).toBe(it.runId);
    expect((await call(engine, { key: 'K' })).runId).not.toBe(nobody.runId);
  });

  it('a call that could not start leaves its key free', async () => {
    const options = { minRows: 100 };
    expect(await failureOf(call(engine, { options }))).toMatchObject({ code: 'TOO_FEW_ROWS' });
    expect(await call(engine)).toMatchObject({ replayed: false, status: 'COMPLETED' });
  });

  it('a run whose process died begins anew if nothing of it stayed', async () => {
    const { runId } = await call(engine);
    await change(runId, { status: 'RUNNING', finished_at: null, started_at: LONG_AGO, heartbeat_at: LONG_AGO });
    const again = await call(engine);
    expect(again).toMatchObject({ replayed: false, status: 'COMPLETED' });
    expect(await statuses()).toEqual(['INTERRUPTED', 'COMPLETED']);
    expect(await call(engine)).toMatchObject({ runId: again.runId, replayed: true });
  });

  it('calls that find such a run together begin it anew once', async () => {
    const { runId } = await call(engine);
    await change(runId, { status: 'INTERRUPTED' });
    const engines = [engine, await engineOn(other)];
    const results = await Promise.all([0, 1, 0, 1].map((index) => call(engines[index] as SyncEngine)));
    expect(new Set(results.map((result) => result.runId)).size).toBe(1);
    expect(await statuses()).toEqual(['INTERRUPTED', 'COMPLETED']);
  });

  it('a run of which something stayed does not begin anew', async () => {
    const options = { onError: 'CONTINUE' } as const;
    const { runId } = await call(engine, { options });
    await change(runId, { status: 'INTERRUPTED' });
    expect(await failureOf(call(engine, { options }))).toMatchObject({
      code: 'RUN_INTERRUPTED',
      runId,
      message: `An earlier call with the same idempotency key started run ${runId}, which was interrupted. Committed rows stay. To sync the rows again, use another key.`,
    });
    await change(runId, { committed_chunks: 0 });
    expect(await call(engine, { options })).toMatchObject({ replayed: false });
  });

  it('whoever stops a run stops it for the calls that wait for it, and not for later ones', async () => {
    let goOn = (): void => undefined;
    const before = new Promise<void>((resolve) => (goOn = resolve));
    const stopping = new AbortController();
    const first = failureOf(call(engine, { sources: tags(NAMES, before), signal: stopping.signal }));
    await eventually('the run to begin', async () => (await statuses()).includes('RUNNING'));
    // A call that has not seen the run working would start another one.
    const seen = new Promise<void>((resolve) => {
      other.reader.on('query-response', (_rows: unknown, { sql }: { sql: string }) => {
        if (sql.includes('committed_chunks')) resolve();
      });
    });
    const waiting = failureOf(call(await engineOn(other)));
    await seen;
    const leaving = new AbortController();
    const left = failureOf(call(engine, { signal: leaving.signal }));
    leaving.abort();
    expect(await left).toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('The run continues.') as unknown }); // prettier-ignore
    stopping.abort();
    goOn();
    expect(await first).toMatchObject({ code: 'CANCELLED' });
    expect(await waiting).toMatchObject({ code: 'CANCELLED', runId: '1' });
    expect(await call(engine)).toMatchObject({ runId: '2', replayed: false, status: 'COMPLETED' });
  });

  it('keys expire, and are removed', async () => {
    const { knex } = test.database;
    const age = (): Promise<unknown> => knex('nsync_idempotency_keys').update({ created_at: LONG_AGO });
    const keys = (): Promise<unknown[]> => knex('nsync_idempotency_keys').orderBy('id').pluck('idempotency_key');
    await call(engine);
    await age();
    expect(await call(engine, { sources: tags(['other']) })).toMatchObject({ replayed: false });
    await age();
    await call(engine, { key: 'young' });
    await pruneIdempotencyKeys(test.database, 24);
    expect(await keys()).toEqual(['young']);
    await knex('nsync_runs').delete();
    expect(await keys()).toEqual([]);
    expect(await call(engine, { key: 'young' })).toMatchObject({ replayed: false });
  });

  it('a key has 1 to 255 visible ASCII characters', async () => {
    for (const key of ['', 'a b', 'ä', 'x'.repeat(256), 'a\n'])
      expect(await failureOf(call(engine, { key }))).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/^An idempotency key must have 1 to 255 visible ASCII characters/) as unknown,
      });
    expect(await call(engine, { key: `~${'!'.repeat(254)}` })).toMatchObject({ status: 'COMPLETED' });
  });
});

/**
 * R42, R44 and R47 on random models: a queued run that is given back to the queue between any two chunks, and continued by another engine, leaves and
 * tells the same as a run without a break.
 */
import fc from 'fast-check';
import type { ModelCatalog } from '../../src/models';
import {
  claimRun,
  type ClaimedRun,
  isRecorded,
  type RowOutcome,
  RunRecords,
  recordedOutcomes,
  storeInput,
  submitCall,
} from '../../src/records';
import { type RunObserver, SyncEngine, type SyncRequest, UNOBSERVED } from '../../src/sync';
import { ATTEMPT_LIMIT, SEEDS, TIMEOUT, withinBudget } from '../support/budget';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { type CallResult, playBy, requestOf, shapeOf } from './play';
import { type Call, type Program, programs } from './program';
import { expectSame, schemaOf, withTables } from './programs';
import type { Schema } from './schema';
import { insertStart } from './start';

const PROGRAMS_A_SCHEMA = 4;
/** At most as many cases as the other properties of the same budget. */
const SHARE = 0.2;
const LEASE = { owner: 'test', seconds: 45 };

/** Aborts a signal after so many commits of a part. The first one records the systems, so more than one are needed to get on. */
function stopAfter(commits: number, handBack: AbortController): RunObserver {
  let left = commits;
  return () => ({
    ...UNOBSERVED,
    step: (step) => () => {
      if (step !== 'commit') return;
      left -= 1;
      if (left === 0) handBack.abort();
    },
  });
}

/** Queues a call, and carries it out in as many parts as it needs. Each part has an engine of its own. */
async function inParts(
  { database }: TestDatabase,
  catalog: ModelCatalog,
  request: SyncRequest,
  commits: number,
): Promise<{ runId: string; parts: number }> {
  const engine = (): SyncEngine => new SyncEngine(database, catalog, { chunkSize: 2 });
  const { runId } = await engine().enqueue(request, async (run) => {
    await storeInput(database, run, 0, (async function* () {})());
    await submitCall(database, run, { system: request.sources[0]?.system ?? '', call: '{}', attempts: 2 });
  });
  for (let parts = 1; ; parts += 1) {
    const claimed = (await claimRun(database, LEASE)) as ClaimedRun;
    expect(claimed.started.id).toBe(runId);
    const handBack = new AbortController();
    // A run that is one transaction would never end.
    const isLast = parts > 3 && request.options.onError === 'ROLLBACK';
    // A commit that fails brings the run no further, so later parts are longer.
    const observer = isLast ? undefined : stopAfter(commits + Math.floor(parts / 5), handBack);
    const makeRequest = (): Promise<SyncRequest> => Promise.resolve({ ...request, observer });
    const result = await engine().work(makeRequest, claimed, handBack.signal);
    if (result) return { runId, parts };
  }
}

/** What the run tables tell of a call. */
async function recorded({ database }: TestDatabase, call: Call, runId: string) {
  const records = new RunRecords(database, { find: () => undefined });
  const [run] = await records.byIds([runId]);
  const outcomes: (RowOutcome & { model: string })[] = [];
  const sources = await records.sourcesOf([runId]);
  for (const { id, model } of sources)
    for await (const some of recordedOutcomes(database.knex, id)) outcomes.push(...some.map((outcome) => ({ ...outcome, model }))); // prettier-ignore
  const result: CallResult = { call, runId, outcomes };
  const groups = run?.problemGroups.map(({ code, field, count }) => `${count} ${code} ${field}`).sort();
  return { result, told: { status: run?.status, groups, counts: sources.map(({ counts }) => counts) } };
}

/** The run tables tell what the engine has returned. */
async function expectRecorded(
  { database }: TestDatabase,
  runId: string,
  outcomes: readonly (readonly RowOutcome[])[],
): Promise<void> {
  const sources = await new RunRecords(database, { find: () => undefined }).sourcesOf([runId]);
  for (const [index, { id }] of sources.entries()) {
    const recorded: number[] = [];
    for await (const some of recordedOutcomes(database.knex, id)) recorded.push(...some.map(({ row }) => row));
    expect(recorded).toEqual((outcomes[index] ?? []).filter(isRecorded).map(({ row }) => row));
  }
}

describe.each(DATABASES)('runs that are continued on $name', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    if (kind.name === 'PostgreSQL') await test.database.knex.raw('CREATE EXTENSION IF NOT EXISTS citext');
  });
  afterAll(() => test.drop());

  async function tryProgram(
    schema: Schema,
    catalog: ModelCatalog,
    { calls, start }: Program,
    commits: number,
    isShort: boolean,
  ): Promise<number> {
    const prepare = (knex: Parameters<typeof insertStart>[0]): Promise<void> => insertStart(knex, schema, start);
    let parts = 0;
    const carriedOut = async (runOf: (request: SyncRequest) => Promise<string>) => {
      const told: unknown[] = [];
      const ending = await playBy(
        test,
        shapeOf(schema),
        async () => {
          const results: CallResult[] = [];
          for (const call of calls) {
            const { result, told: ofCall } = await recorded(test, call, await runOf(requestOf(call, isShort)));
            results.push(result);
            told.push(ofCall);
          }
          return results;
        },
        prepare,
      );
      return { ...ending, told: [...ending.told, told] };
    };
    const whole = await carriedOut(async (request) => {
      const { runId, outcomes } = await new SyncEngine(test.database, catalog, { chunkSize: 2 }).run(request);
      await expectRecorded(test, runId, outcomes);
      return runId;
    });
    const continued = await carriedOut(async (request) => {
      const done = await inParts(test, catalog, request, commits);
      parts += done.parts;
      return done.runId;
    });
    expectSame(schema, { calls, start }, continued, whole, `continued after every ${commits} commits`);
    return parts;
  }

  it(
    `R42, R44, R47: leave and tell the same as runs without a break (seeds ${SEEDS.join(', ')})`,
    () =>
      withinBudget({ cases: PROGRAMS_A_SCHEMA, share: SHARE, file: 'property/continued' }, async (seed, numRuns) => {
        const schema = schemaOf(seed);
        await withTables(test, kind.name, schema, (catalog) =>
          fc.assert(
            fc.asyncProperty(
              programs(schema),
              fc.integer({ min: 2, max: 4 }),
              fc.boolean(),
              async (program, commits, isShort) => {
                await tryProgram(schema, catalog, program, commits, isShort);
              },
            ),
            { numRuns, seed, plugins: ATTEMPT_LIMIT },
          ),
        );
      }),
    TIMEOUT,
  );
});

/**
 * R42, R44 and R47 on random models: a queued run that is given back to the queue between any two chunks, and continued by another engine, leaves and
 * tells the same as a run without a break.
 */
import fc from 'fast-check';
import type { ModelCatalog } from '../../src/models';
import { isRecorded, type RowOutcome, RunRecords, recordedOutcomes } from '../../src/records';
import { SyncEngine, type SyncRequest } from '../../src/sync';
import { ATTEMPT_LIMIT, SEEDS, TIMEOUT, withinBudget } from '../support/budget';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { runInParts } from '../support/runInParts';
import { type CallResult, playBy, requestOf, shapeOf } from './play';
import { type Call, type Program, programs } from './program';
import { expectSame, schemaOf, withTables } from './programs';
import type { Schema } from './schema';
import { insertStart } from './start';

const PROGRAMS_A_SCHEMA = 4;
/** At most as many cases as the other properties of the same budget. */
const SHARE = 0.2;

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
      const done = await runInParts(test.database, catalog, request, {
        chunkSize: 2,
        commitsOf: (part) => commits + Math.floor(part / 5),
      });
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

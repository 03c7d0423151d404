/**
 * R44 on random models: calls of a few rows that arrive together leave and tell what they would one after another, in the order in which
 * they were answered. Ids need not be in that order: a run that waits for a second is recorded while it waits.
 */
import fc from 'fast-check';
import type { ModelCatalog } from '../../src/models';
import { SyncEngine } from '../../src/sync';
import { ATTEMPT_LIMIT, SEEDS, TIMEOUT, withinBudget } from '../support/budget';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { type CallResult, play, playBy, runCall, shapeOf } from './play';
import { type Call, type Program, programs } from './program';
import { expectSame, schemaOf, withoutChoice, withTables } from './programs';
import type { Schema } from './schema';
import { insertStart } from './start';

const PROGRAMS_A_SCHEMA = 10;
const MOST_ROWS = 3;

/** The call as several calls of a few rows of one source. */
function cut({ sources, options }: Call): Call[] {
  return sources.flatMap((source) =>
    Array.from({ length: Math.ceil(source.rows.length / MOST_ROWS) }, (_, part) => ({
      sources: [{ ...source, rows: source.rows.slice(part * MOST_ROWS, (part + 1) * MOST_ROWS) }],
      // Others are carried out by themselves.
      options: { ...options, order: null, dryRun: false },
    })),
  );
}

/** At most as many cases as the other properties of the same budget. */
const SHARE = 0.3;

describe.each(DATABASES)('calls that arrive together on $name', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    if (kind.name === 'PostgreSQL') await test.database.knex.raw('CREATE EXTENSION IF NOT EXISTS citext');
  });
  afterAll(() => test.drop());

  async function tryProgram(schema: Schema, catalog: ModelCatalog, { calls, start }: Program): Promise<void> {
    const shape = shapeOf(schema);
    const prepare = (knex: Parameters<typeof insertStart>[0]): Promise<void> => insertStart(knex, schema, start);
    const engine = new SyncEngine(test.database, catalog);
    const inOrder: CallResult[] = [];
    const together = await playBy(
      test,
      shape,
      async () => {
        const answered = async (call: Call): Promise<unknown> => inOrder.push(await runCall(engine, call, true));
        await Promise.all(calls.flatMap(cut).map(answered));
        return inOrder;
      },
      prepare,
    );
    const sequence = inOrder.map(({ call }) => call);
    const inTurn = await play(test, catalog, shape, sequence, {}, prepare);
    expectSame(schema, { calls: sequence, start }, withoutChoice(together), withoutChoice(inTurn), 'together');
  }

  it(
    `R44: leave and tell the same as one after another (seeds ${SEEDS.join(', ')})`,
    () =>
      withinBudget({ cases: PROGRAMS_A_SCHEMA, share: SHARE, file: 'property/concurrent' }, async (seed, numRuns) => {
        const schema = schemaOf(seed);
        await withTables(test, kind.name, schema, (catalog) =>
          fc.assert(
            fc.asyncProperty(programs(schema), (program) => tryProgram(schema, catalog, program)),
            { numRuns, seed, plugins: ATTEMPT_LIMIT },
          ),
        );
      }),
    TIMEOUT,
  );
});

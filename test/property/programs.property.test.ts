/**
 * R1–R43 on random models: whatever the rows, chunks of any size leave and tell the same (R40), and that is what the rules say
 * when they are played one by one. NSYNC_PROPERTY_RUNS sets how many programs are tried on each database, NSYNC_PROPERTY_SEED
 * which ones.
 */
import fc from 'fast-check';
import { type ModelCatalog, readCatalog } from '../../src/models';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { NaiveModel } from './naiveModel';
import { type Ending, play, shapeOf } from './play';
import { type Program, programs } from './program';
import { asScenario } from './scenario';
import { classesOf, createTables, type Schema, schemas, tablesOf } from './schema';
import { insertStart } from './start';

const RUNS = Number(process.env.NSYNC_PROPERTY_RUNS ?? 60);
const SEED = Number(process.env.NSYNC_PROPERTY_SEED ?? 1);
const PROGRAMS_A_SCHEMA = 20;
const SIZES = [2, 7, 1000];

async function withTables(
  test: TestDatabase,
  name: (typeof DATABASES)[number]['name'],
  schema: Schema,
  work: (catalog: ModelCatalog) => Promise<void>,
): Promise<void> {
  const { knex } = test.database;
  await createTables(knex, name, schema);
  try {
    await work(await readCatalog(test.database, classesOf(schema)));
  } finally {
    await dropAll(test, name, tablesOf(schema));
  }
}

/** Foreign keys may go round in a circle. */
async function dropAll({ database: { knex } }: TestDatabase, name: string, tables: readonly string[]): Promise<void> {
  if (name === 'PostgreSQL') {
    await knex.raw(`DROP TABLE ${tables.join(', ')} CASCADE`);
    return;
  }
  await knex.transaction(async (trx) => {
    await trx.raw(name === 'MariaDB' ? 'SET foreign_key_checks = 0' : 'PRAGMA defer_foreign_keys = ON');
    for (const table of tables) await trx.schema.dropTable(table);
    if (name === 'MariaDB') await trx.raw('SET foreign_key_checks = 1');
  });
}

function expectSame(schema: Schema, { calls, start }: Program, found: unknown, expected: unknown, what: string): void {
  try {
    expect(found).toEqual(expected);
  } catch (error) {
    throw new Error(`${what}\n${(error as Error).message}\n${asScenario(schema, calls, start)}`);
  }
}

/** Of several constraints that a row breaks, a database names the one that it has looked at first. */
const withoutChoice = ({ told, ...left }: Ending): Ending => ({
  ...left,
  told: told.map((outcomes) =>
    outcomes.map((outcome) => ({
      ...outcome,
      problems: [
        ...new Set(
          outcome.problems.map((found) => found.replace(/^(UNIQUE|FOREIGN_KEY|CHECK)_VIOLATION.*/, 'VIOLATION')),
        ),
      ].sort(),
    })),
  ),
});

describe.each(DATABASES)('random programs on $name', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    if (kind.name === 'PostgreSQL') await test.database.knex.raw('CREATE EXTENSION IF NOT EXISTS citext');
  });
  afterAll(() => test.drop());

  const count = Math.max(1, Math.ceil(RUNS / PROGRAMS_A_SCHEMA));
  const numRuns = Math.ceil(RUNS / count);

  it(`R1-R43: any chunk size leaves and tells what the rules say (seed ${SEED})`, async () => {
    for (const [index, schema] of fc.sample(schemas, { seed: SEED, numRuns: count }).entries())
      await withTables(test, kind.name, schema, (catalog) =>
        fc.assert(
          fc.asyncProperty(programs(schema), async (program) => {
            const engine = (size: number) =>
              play(test, catalog, shapeOf(schema), program.calls, size, (knex) =>
                insertStart(knex, schema, program.start),
              );
            const reference = await engine(1);
            const { details, ...ended } = reference;
            expect(details).toHaveLength(program.calls.length);
            expectSame(schema, program, withoutChoice(ended), withoutChoice(NaiveModel.play(schema, program)), 'row by row'); // prettier-ignore
            for (const size of SIZES)
              expectSame(schema, program, await engine(size), reference, `${size} rows a chunk`);
          }),
          { numRuns, seed: SEED + index },
        ),
      );
  }, 1_200_000);
});

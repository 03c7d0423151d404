/**
 * R1–R43 on random models: whatever the rows, chunks of any size leave and tell the same (R40), with and without lookahead, and
 * that is what the rules say when they are played one by one. support/budget says how many programs are tried on each database, and which ones.
 */
import fc from 'fast-check';
import { type ModelCatalog, readCatalog } from '../../src/models';
import type { EngineSettings } from '../../src/sync';
import { ATTEMPT_LIMIT, SEEDS, TIMEOUT, withinBudget } from '../support/budget';
import { type DatabaseKind, DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { playByRules } from './naive';
import { type Ending, play, shapeOf } from './play';
import { type Program, programs } from './program';
import { asScenario } from './scenario';
import { classesOf, type Schema, schemas, tablesOf } from './schema';
import { insertStart } from './start';
import { createTables } from './tables';

/** More than a few programs for each schema: it takes longer to make tables than to try a program. */
const PROGRAMS_A_SCHEMA = 10;
const SCHEMAS_TO_GROW = 8;
const SIZES = [1, 2, 7, 1000];

export async function withTables(
  test: TestDatabase,
  name: DatabaseKind['name'],
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

export function expectSame(
  schema: Schema,
  { calls, start }: Program,
  found: unknown,
  expected: unknown,
  what: string,
): void {
  try {
    expect(found).toEqual(expected);
  } catch (error) {
    throw new Error(`${what}\n${(error as Error).message}\n${asScenario(schema, calls, start)}`);
  }
}

/** Of several constraints that a row breaks, a database names the one that it has looked at first. */
export const withoutChoice = ({ told, ...left }: Ending): Ending => ({
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

/** A schema that is not as simple as the first ones of a seed are. */
export const schemaOf = (seed: number): Schema =>
  fc.sample(schemas, { seed, numRuns: SCHEMAS_TO_GROW }).at(-1) as Schema;

/** The test of one database: each has a file of its own, so that they run side by side. */
export function describePrograms(name: DatabaseKind['name']): void {
  const kind = DATABASES.find((candidate) => candidate.name === name);
  if (kind) describe(`random programs on ${name}`, () => testPrograms(kind));
  else it.skip(`${name} is not reachable`, () => undefined);
}

function testPrograms(kind: DatabaseKind): void {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    if (kind.name === 'PostgreSQL') await test.database.knex.raw('CREATE EXTENSION IF NOT EXISTS citext');
  });
  afterAll(() => test.drop());

  const tryProgram = async (schema: Schema, catalog: ModelCatalog, program: Program): Promise<void> => {
    const engine = (chunkSize: number, lookahead: EngineSettings['lookahead'] = 'DEFAULT') =>
      play(test, catalog, shapeOf(schema), program.calls, { chunkSize, lookahead }, (knex) =>
        insertStart(knex, schema, program.start),
      );
    const reference = await engine(1, 'NONE');
    const { details, ...ended } = reference;
    expect(details).toHaveLength(program.calls.length);
    expectSame(schema, program, withoutChoice(ended), withoutChoice(playByRules(schema, program)), 'row by row');
    for (const size of SIZES) expectSame(schema, program, await engine(size), reference, `${size} rows a chunk`);
  };

  const file = `programs.property.${kind.name.toLowerCase()}`;
  it(
    `R1-R43: any chunk size leaves and tells what the rules say (seeds ${SEEDS.join(', ')})`,
    () =>
      withinBudget({ cases: PROGRAMS_A_SCHEMA, file }, async (seed, numRuns) => {
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
}

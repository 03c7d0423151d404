/** Models of tables that a test creates with SQL. */
import type { Knex } from 'knex';
import { Model } from 'objection';
import { DATABASES, type DatabaseKind } from '../support/databases';
import { type TestEngine, testEngine, told } from '../support/engine';

/** A class for a table. */
export const model = (name: string, tableName: string, idColumn: string | string[] = 'id'): typeof Model =>
  ({
    [name]: class extends Model {
      static override tableName = tableName;
      static override idColumn = idColumn;
    },
  })[name] as typeof Model;

/** The database with this name, if it can be reached. */
export const only = (name: DatabaseKind['name']): DatabaseKind[] => DATABASES.filter((kind) => kind.name === name);

/** Runs the statements on a fresh database, and the test with an engine for the classes. */
export async function run(
  kind: DatabaseKind,
  classes: readonly (typeof Model)[],
  statements: readonly string[],
  test: (
    sync: (...parameters: Parameters<TestEngine['sync']>) => Promise<string[]>,
    knex: Knex,
    engine: TestEngine,
  ) => Promise<void>,
): Promise<void> {
  const engine = await testEngine(kind, classes, async ({ database: { knex } }) => {
    for (const statement of statements) await knex.raw(statement);
  });
  try {
    await test(
      async (...parameters) => (await engine.sync(...parameters)).map(told),
      engine.test.database.knex,
      engine,
    );
  } finally {
    await engine.close();
  }
}

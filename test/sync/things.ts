/** Tables `thing` whose ids the database generates, and the model of their rows. */
import { Model } from 'objection';
import type { RowOutcome } from '../../src/records';
import { type DatabaseKind, migratedDatabase, type TestDatabase } from '../support/databases';
import { engineOn, type TestEngine, type TestRow, told } from '../support/engine';

/** The model of the table `thing`. */
export class Thing extends Model {
  static override tableName = 'thing';
}

/** The ids of created objects. For other rows, their outcome in words. */
export const ids = (outcomes: readonly RowOutcome[]): (number | string)[] =>
  outcomes.map((outcome) => (outcome.status === 'CREATED' ? Number(outcome.objectId) : told(outcome)));

const tests = new Map<DatabaseKind, Promise<TestDatabase>>();

/** Drops the databases of the tests in a file. For `afterAll`. */
export async function dropThings(): Promise<void> {
  for (const test of tests.values()) await (await test).drop();
}

const NAME = /^CREATE (TABLE|SEQUENCE|SCHEMA) ((?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|[\w.])+)/;

/** Runs work with an engine whose only model is Thing, and then drops what the statements created. */
export async function withThings(
  kind: DatabaseKind,
  sql: readonly string[],
  work: (engine: TestEngine) => Promise<void>,
) {
  const made = tests.get(kind) ?? migratedDatabase(kind);
  tests.set(kind, made);
  const test = await made;
  const { knex } = test.database;
  for (const statement of sql) await knex.raw(statement);
  try {
    await work(await engineOn(test, [Thing]));
  } finally {
    for (const statement of [...sql].reverse()) {
      const [, what, name] = NAME.exec(statement) ?? [];
      if (what && name) await knex.raw(`DROP ${what} ${name}`);
    }
    await knex('nsync_external_key_mappings').delete();
  }
}

/** Creates things, each with its own external key. */
export const create = (engine: TestEngine, rows: readonly TestRow[], options: Parameters<TestEngine['sync']>[2] = {}) =>
  engine.sync(
    'Thing',
    rows.map((row, index) => ({ $flags: 'c', $key: JSON.stringify([index, row, options.system]), ...row })),
    options,
  );

/** Examines databases as `nsync doctor` does. */
import * as demo from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { type Database, openDatabase } from '../../src/database';
import { type CheckResult, examine, type Finding } from '../../src/doctor';
import { ALL_TABLES, readCatalog, readDatabaseModels } from '../../src/models';
import { type DatabaseKind, migratedDatabase, type TestDatabase } from '../support/databases';
import { engineOn, type TestEngine } from '../support/engine';

const DEMO = Object.values(demo);

/** The results of all checks, through a separate connection. `models` null: each table is a model. */
export async function examined(url: string, models: 'demo' | null = 'demo'): Promise<CheckResult[]> {
  const database = openDatabase(url, 0, true);
  try {
    return await examinedOn(database, models);
  } finally {
    await database.close();
  }
}

export async function examinedOn(database: Database, models: 'demo' | null = 'demo'): Promise<CheckResult[]> {
  const catalog = models === null ? await readDatabaseModels(database, ALL_TABLES) : await readCatalog(database, DEMO);
  const results: CheckResult[] = [];
  for await (const result of examine(database, catalog)) results.push(result);
  return results;
}

/** A finding with the name of its check. */
type Told = Finding & { readonly check: string };

export const findingsIn = (results: readonly CheckResult[]): Told[] =>
  results.flatMap(({ check, findings }) => findings.map((finding) => ({ check, ...finding })));

/** The findings. Throws if a check failed. */
export async function findings(url: string, models: 'demo' | null = 'demo'): Promise<Told[]> {
  const results = await examined(url, models);
  const failed = results.filter(({ status }) => status === 'FAILED');
  if (failed.length > 0) throw new Error(JSON.stringify(failed));
  return findingsIn(results);
}

/** `mappings ERROR 1`, followed by the problem. */
export const line = ({ check, severity, count, problem }: Told): string => `${check} ${severity} ${count}: ${problem}`;

export const lines = async (url: string, models: 'demo' | null = 'demo'): Promise<string[]> =>
  (await findings(url, models)).map(line);

/** The engine with the demo's models, on a separate database. */
export async function demoEngine(kind: DatabaseKind): Promise<TestEngine> {
  const test = await migratedDatabase(kind);
  await createDemoTables(test.database.knex);
  return engineOn(test, DEMO);
}

export const tag = (key: string): Record<string, string> => ({ $match: 'label', $key: key, label: key });

export async function run({ database: { knex } }: TestDatabase, ...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
}

/** Examines a database for problems and their remedies. Only reads. */
import { assertOwnTables, callErrorOf, type Database, OWN_TABLES, OwnTablesError, sentenceOf } from '../database';
import type { Model, ModelCatalog } from '../models';
import type { Check, Finding, Patient } from './check';
import { clock } from './checks/clock';
import { counters } from './checks/counters';
import { mappings } from './checks/mappings';
import { ownTables } from './checks/ownTables';
import { restore } from './checks/restore';
import { runs } from './checks/runs';
import { settings } from './checks/settings';
import { tables } from './checks/tables';

/** In the order of the report. */
export const CHECKS: readonly Check[] = [ownTables, mappings, restore, tables, counters, runs, clock, settings];

export interface CheckResult {
  readonly check: string;
  readonly about: string;
  /** SKIPPED: nsync's own tables cannot be read. FAILED: the check itself failed. */
  readonly status: 'OK' | 'FOUND' | 'SKIPPED' | 'FAILED';
  /** Why the check was skipped or failed; null otherwise. */
  readonly reason: string | null;
  readonly findings: readonly Finding[];
}

/** Whether a model's table can be read. Rethrows errors of the connection or the server. */
async function answers(database: Database, { table }: Model): Promise<boolean> {
  const { reader, dialect } = database;
  try {
    await reader(table.name).select(reader.raw('1')).limit(1);
    return true;
  } catch (error) {
    if (dialect.explainFailure(error)?.kind === 'outage') throw error;
    return false;
  }
}

async function whyNoOwnTables(database: Database): Promise<string | null> {
  try {
    await assertOwnTables(database);
    return null;
  } catch (error) {
    const failure = database.dialect.explainFailure(error);
    if (error instanceof OwnTablesError || failure?.kind === 'outdated') return 'nsync’s own tables cannot be read.';
    throw error;
  }
}

async function patientOf(database: Database, catalog: ModelCatalog): Promise<Patient> {
  const { dialect, reader } = database;
  const readable: Model[] = [];
  for (const model of catalog.models)
    if (model.idFields.length > 0 && (await answers(database, model))) readable.push(model);
  const own = await dialect.readCatalog(reader, OWN_TABLES);
  const counted = [...readable.map(({ table }) => table).filter(({ isView }) => !isView), ...own.tables.values()];
  return { database, catalog, readable, counters: await dialect.diagnosis.counters(reader, counted) };
}

async function resultOf(check: Check, patient: Patient, obstacle: string | null): Promise<CheckResult> {
  const { name, about } = check;
  const result = { check: name, about, reason: null, findings: [] };
  if (check.needsOwnTables && obstacle !== null) return { ...result, status: 'SKIPPED', reason: obstacle };
  try {
    const findings = await check.examine(patient);
    return { ...result, status: findings.length > 0 ? 'FOUND' : 'OK', findings };
  } catch (error) {
    const reason = callErrorOf(patient.database.dialect, error)?.message ?? sentenceOf(error);
    return { ...result, status: 'FAILED', reason };
  }
}

/** Yields the results of all checks one after another. Throws if the database does not answer. */
export async function* examine(database: Database, catalog: ModelCatalog): AsyncGenerator<CheckResult> {
  const obstacle = await whyNoOwnTables(database);
  const patient = await patientOf(database, catalog);
  for (const check of CHECKS) yield await resultOf(check, patient, obstacle);
}

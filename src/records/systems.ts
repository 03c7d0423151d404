/** External systems: the named sources of data. */
import type { Knex } from 'knex';
import { committing, type Database, type Dialect } from '../database';
import { CallError } from '../errors';
import { shown } from '../shown';
import { counted } from '../wording';
import { longerThan, unstorable } from '../models';
import { MAPPINGS, selectFrom, TIMESTAMP } from './tables';

export const SYSTEMS_TABLE = 'nsync_external_systems';
const LONGEST_SYSTEM_NAME = 100;

/** A system's name as it is stored: trimmed, up to 100 characters (R18). Throws BAD_USER_INPUT. */
export function systemName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new CallError('BAD_USER_INPUT', 'The name of an external system must not be blank.');
  if (longerThan(trimmed, LONGEST_SYSTEM_NAME))
    throw new CallError(
      'BAD_USER_INPUT',
      `The name of an external system must have at most ${LONGEST_SYSTEM_NAME} characters: ${shown(trimmed)}.`,
    );
  const reason = unstorable(trimmed);
  if (reason) throw new CallError('BAD_USER_INPUT', `The name of an external system, ${shown(trimmed)}, ${reason}.`);
  return trimmed;
}

const LONGEST_DESCRIPTION = 10_000;

function assertDescription(description: string): void {
  const reason = longerThan(description, LONGEST_DESCRIPTION)
    ? `is longer than ${LONGEST_DESCRIPTION} characters`
    : unstorable(description);
  if (reason) throw new CallError('BAD_USER_INPUT', `The description of an external system ${reason}.`);
}

/** Ids of all systems by name. */
export async function systemIds(knex: Knex, dialect: Dialect): Promise<Map<string, number>> {
  const rows = await dialect.queryOf(knex)<{ id: number; name: string }>(
    selectFrom(dialect, SYSTEMS_TABLE, ['id', 'name']),
  );
  return new Map(rows.map((row) => [row.name, Number(row.id)]));
}

/** The id of a system, which is created if it does not exist. Two concurrent callers get the same id. */
export async function ensureSystem(knex: Knex, dialect: Dialect, name: string, now: string): Promise<number> {
  const find = async (): Promise<number | undefined> => {
    const row = await knex(SYSTEMS_TABLE).where({ name }).first<{ id: number } | undefined>('id');
    return row && Number(row.id);
  };
  const existing = await find();
  if (existing !== undefined) return existing;
  await knex(SYSTEMS_TABLE)
    .insert({ name, created_at: dialect.bind(TIMESTAMP, now) })
    .onConflict('name')
    .ignore();
  const made = await find();
  if (made === undefined) throw new Error(`external system "${name}" was not kept`);
  return made;
}

/** Ids of all systems by name. Creates the missing systems among `names`. `known`: all systems, as `systemIds` has read them. */
export async function ensureSystems(
  knex: Knex,
  dialect: Dialect,
  names: readonly string[],
  known: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  // In the same order for all runs. Otherwise two of them could deadlock.
  const missing = names.filter((name) => !known.has(name)).sort();
  for (const name of missing) await ensureSystem(knex, dialect, name, new Date().toISOString());
  return missing.length > 0 ? systemIds(knex, dialect) : known;
}

const valuesOf = (
  name: string,
  { description }: { readonly description?: string | null },
): Record<string, string | null> => ({
  name,
  ...(description === undefined ? {} : { description }),
});

/**
 * Creates a system, or changes the existing one. Throws if the system to rename does not exist, or if the new name is
 * taken.
 */
export async function saveSystem(
  database: Database,
  change: { readonly name: string; readonly newName?: string | null; readonly description?: string | null },
  now: string,
): Promise<{ name: string; created: boolean }> {
  const name = systemName(change.name);
  const newName = change.newName === undefined || change.newName === null ? name : systemName(change.newName);
  if (change.description) assertDescription(change.description);
  const save = async (trx: Knex.Transaction): Promise<{ name: string; created: boolean }> => {
    const existing = await trx(SYSTEMS_TABLE).where({ name }).first<{ id: number } | undefined>('id');
    if (newName !== name) {
      if (!existing)
        throw new CallError(
          'UNKNOWN_EXTERNAL_SYSTEM',
          `Cannot rename external system "${name}": there is no such system.`,
        );
      const taken = await trx(SYSTEMS_TABLE).where({ name: newName }).first<{ id: number } | undefined>('id');
      if (taken)
        throw new CallError('BAD_USER_INPUT', `Cannot rename external system "${name}": "${newName}" already exists.`);
    }
    if (!existing) await ensureSystem(trx, database.dialect, name, now);
    const values = valuesOf(newName, change);
    await trx(SYSTEMS_TABLE).where({ name }).update(values);
    // After the system is deleted, its runs are found by name.
    if (existing && newName !== name)
      await trx('nsync_run_sources').where({ external_system_id: existing.id }).update({ system_name: newName });
    return { name: newName, created: !existing };
  };
  const isSaved = async (): Promise<boolean> =>
    (await database.knex(SYSTEMS_TABLE).where(valuesOf(newName, change)).first('id')) !== undefined;
  return committing(database, save, isSaved);
}

/** Deletes a system and, with `withMappings`, its mappings, but no objects. Returns the number of deleted mappings. */
export async function deleteSystem(database: Database, name: string, withMappings: boolean): Promise<number> {
  const remove = async (trx: Knex.Transaction): Promise<number> => {
    const system = await trx(SYSTEMS_TABLE).where({ name }).first<{ id: number } | undefined>('id');
    if (!system) throw new CallError('UNKNOWN_EXTERNAL_SYSTEM', `There is no external system "${name}".`);
    const mappings = trx(MAPPINGS.table).where({ external_system_id: system.id });
    if (!withMappings) {
      const [row] = (await mappings.clone().count({ count: '*' })) as { count: number | string }[];
      const count = Number(row?.count ?? 0);
      if (count > 0)
        throw new CallError(
          'SYSTEM_IN_USE',
          `Cannot delete external system "${name}": the system still has ${counted(count, 'mapping')}. To delete the mappings too, set deleteMappings to true.`,
        );
    }
    const deleted = await mappings.delete();
    await trx('nsync_run_sources').where({ external_system_id: system.id }).update({ external_system_id: null });
    await trx(SYSTEMS_TABLE).where({ id: system.id }).delete();
    return deleted;
  };
  const isRemoved = async (): Promise<boolean> =>
    (await database.knex(SYSTEMS_TABLE).where({ name }).first('id')) === undefined;
  return committing(database, remove, isRemoved);
}

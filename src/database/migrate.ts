/** Runs the migrations of nsync's own tables. */
import type { Knex } from 'knex';
import type { Database } from './database';
import { retrying } from './retry';
import { namedRights } from './rights';
import * as ownTables from '../../migrations/20261123000000_own_tables';
import * as trueRecords from '../../migrations/20261128000000_true_records';
import * as alsoChanged from '../../migrations/20261128010000_also_changed';
import * as tokens from '../../migrations/20261129000000_tokens';

/** In the order in which they run; a migration that has been released is never changed. */
const MIGRATIONS: Record<string, Knex.Migration> = {
  '20261123000000_own_tables': ownTables,
  '20261128000000_true_records': trueRecords,
  '20261128010000_also_changed': alsoChanged,
  '20261129000000_tokens': tokens,
};

export const OWN_PREFIX = 'nsync_';
const TABLE = 'nsync_migrations';

/** Those of every database: on SQLite, the progress of runs is in a file beside it. */
export const OWN_TABLES: readonly string[] = [
  'nsync_external_systems',
  'nsync_external_key_mappings',
  'nsync_runs',
  'nsync_run_sources',
  'nsync_row_outcomes',
  'nsync_related_changes',
  'nsync_locks',
  'nsync_first_touches',
  'nsync_tokens',
  'nsync_audit_events',
];

const CONFIG: Knex.MigratorConfig = {
  tableName: TABLE,
  migrationSource: {
    getMigrations: () => Promise.resolve(Object.keys(MIGRATIONS)),
    getMigrationName: (name: string) => name,
    getMigration: (name: string) => Promise.resolve(MIGRATIONS[name] as Knex.Migration),
  },
};

async function migrating(
  { knex, dialect }: Database,
  step: (migrate: Knex.Migrator) => Promise<[number, string[]]>,
): Promise<string[]> {
  return retrying(dialect, () =>
    dialect.alone(knex, async (own) => {
      // knex's own lock stays behind where a process dies, and stands no two that make it at the same time.
      await own.migrate.forceFreeMigrationsLock(CONFIG);
      const [, names] = await step(own.migrate);
      return names;
    }),
  );
}

/** Own tables are there that nsync cannot work with. */
export class OwnTablesError extends Error {}

async function assertTransactional({ reader, dialect }: Database): Promise<void> {
  const found = (await dialect.tablesWithoutTransactions?.(reader, OWN_PREFIX)) ?? [];
  const [first] = found.filter(({ table }) => !table.startsWith(TABLE));
  if (first)
    throw new OwnTablesError(
      `nsync's own table ${first.table} has the engine ${first.engine}, which has no transactions. Convert the table: ALTER TABLE ${first.table} ENGINE=InnoDB`,
    );
}

/** Tables that another user has made, and has given this one no right to. */
async function assertAllowed({ reader, dialect }: Database): Promise<void> {
  const all = (await dialect.lackedRights?.(reader, OWN_PREFIX)) ?? [];
  // Which migrations have run is only read, unless there are more to run.
  const [first] = all.filter(({ table, lacked }) => !table.startsWith(TABLE) || lacked.includes('SELECT'));
  if (first)
    throw new OwnTablesError(
      `The database user lacks ${namedRights(first.lacked)} on nsync's own table ${first.table}. Grant SELECT, INSERT, UPDATE and DELETE on all tables whose names start with ${OWN_PREFIX}`,
    );
}

/** Throws if nsync's own tables are not there, are out of date, or cannot be used. */
export async function assertOwnTables(database: Database): Promise<void> {
  await assertAllowed(database);
  if (!(await isUpToDate(database))) throw new OwnTablesError("nsync's own tables are missing or out of date");
  for (const table of OWN_TABLES) await database.reader(table).select(database.reader.raw('1')).limit(1);
}

interface MigrationState {
  /** Migrations that have not run; all of them if nsync has not been here. */
  readonly missing: readonly string[];
  /** Migrations that have run, and that this version does not know. */
  readonly unknown: readonly string[];
}

/** Which migrations have run; found out without waiting for whoever writes. */
export async function migrationState({ reader }: Database): Promise<MigrationState> {
  const known = Object.keys(MIGRATIONS);
  if (!(await reader.schema.hasTable(TABLE))) return { missing: known, unknown: [] };
  const done = await reader(TABLE).pluck<string[]>('name');
  return {
    missing: known.filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !known.includes(name)),
  };
}

const isUpToDate = async (database: Database): Promise<boolean> => (await migrationState(database)).missing.length === 0; // prettier-ignore

/** Brings the own tables up to date; servers that start at once wait for each other. Gives the names of what was run. Throws OwnTablesError. */
export async function migrateUp(database: Database): Promise<string[]> {
  await retrying(database.dialect, () => assertAllowed(database));
  const isDone = await retrying(database.dialect, () => isUpToDate(database));
  const names = isDone
    ? []
    : await migrating(database, (migrate) => migrate.latest(CONFIG) as Promise<[number, string[]]>);
  await assertTransactional(database);
  return names;
}

/** Takes the own tables away again, with everything in them. */
export function migrateDown(database: Database): Promise<string[]> {
  return migrating(database, (migrate) => migrate.rollback(CONFIG, true) as Promise<[number, string[]]>);
}

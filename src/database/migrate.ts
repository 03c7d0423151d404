/** Runs the migrations of nsync's own tables. */
import type { Knex } from 'knex';
import type { Database } from './database';
import { retrying } from './retry';
import { namedRights } from './rights';
import * as ownTables from '../../migrations/20261123000000_own_tables';
import * as trueRecords from '../../migrations/20261128000000_true_records';
import * as alsoChanged from '../../migrations/20261128010000_also_changed';
import * as tokens from '../../migrations/20261129000000_tokens';
import * as idempotency from '../../migrations/20261129010000_idempotency';
import * as webhooks from '../../migrations/20261129020000_webhooks';
import * as lockVersions from '../../migrations/20261129030000_lock_versions';
import * as queuedRuns from '../../migrations/20261129040000_queued_runs';

/** In the order in which they run. Never change a released migration. */
const MIGRATIONS: Record<string, Knex.Migration> = {
  '20261123000000_own_tables': ownTables,
  '20261128000000_true_records': trueRecords,
  '20261128010000_also_changed': alsoChanged,
  '20261129000000_tokens': tokens,
  '20261129010000_idempotency': idempotency,
  '20261129020000_webhooks': webhooks,
  '20261129030000_lock_versions': lockVersions,
  '20261129040000_queued_runs': queuedRuns,
};

export const OWN_PREFIX = 'nsync_';
const TABLE = 'nsync_migrations';

/** The tables in every database. On SQLite, the progress of runs is in a file beside the database. */
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
  'nsync_idempotency_keys',
  'nsync_webhooks',
  'nsync_webhook_deliveries',
  'nsync_run_jobs',
  'nsync_run_pieces',
  'nsync_run_chunks',
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
      // knex's own lock remains if a process dies, and fails if two processes create it at the same time. So it is not used.
      await own.migrate.forceFreeMigrationsLock(CONFIG);
      const [, names] = await step(own.migrate);
      return names;
    }),
  );
}

/** nsync's own tables exist, but cannot be used. */
export class OwnTablesError extends Error {}

async function assertTransactional({ reader, dialect }: Database): Promise<void> {
  const found = (await dialect.tablesWithoutTransactions?.(reader, OWN_PREFIX)) ?? [];
  const [first] = found.filter(({ table }) => !table.startsWith(TABLE));
  if (first)
    throw new OwnTablesError(
      `nsync's own table ${first.table} has the engine ${first.engine}, which has no transactions. Convert the table: ALTER TABLE ${first.table} ENGINE=InnoDB`,
    );
}

/** Throws if this user lacks a right to nsync's own tables, for example because another user created them. */
async function assertAllowed({ reader, dialect }: Database): Promise<void> {
  const all = (await dialect.lackedRights?.(reader, OWN_PREFIX)) ?? [];
  // The migrations table is only read, unless there are migrations to run.
  const [first] = all.filter(({ table, lacked }) => !table.startsWith(TABLE) || lacked.includes('SELECT'));
  if (first)
    throw new OwnTablesError(
      `The database user lacks ${namedRights(first.lacked)} on nsync's own table ${first.table}. Grant SELECT, INSERT, UPDATE and DELETE on all tables whose names start with ${OWN_PREFIX}`,
    );
}

/** Throws an error if nsync's own tables do not exist, are out of date, or cannot be used. */
export async function assertOwnTables(database: Database): Promise<void> {
  await assertAllowed(database);
  if (!(await isUpToDate(database))) throw new OwnTablesError("nsync's own tables are missing or out of date");
  for (const table of OWN_TABLES) await database.reader(table).select(database.reader.raw('1')).limit(1);
}

interface MigrationState {
  /** Migrations that have not run. Contains all of them if nsync's tables do not exist. */
  readonly missing: readonly string[];
  /** Migrations that have run, but that this version does not know. */
  readonly unknown: readonly string[];
}

/** The migrations that have and have not run. Reads without waiting for writers. */
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

/**
 * Brings nsync's own tables up to date. Servers that start at once wait for each other. Returns the names of the migrations that ran. Throws
 * OwnTablesError.
 */
export async function migrateUp(database: Database): Promise<string[]> {
  await retrying(database.dialect, () => assertAllowed(database));
  const isDone = await retrying(database.dialect, () => isUpToDate(database));
  const names = isDone
    ? []
    : await migrating(database, (migrate) => migrate.latest(CONFIG) as Promise<[number, string[]]>);
  await assertTransactional(database);
  return names;
}

/** Drops nsync's own tables with all their data. */
export function migrateDown(database: Database): Promise<string[]> {
  return migrating(database, (migrate) => migrate.rollback(CONFIG, true) as Promise<[number, string[]]>);
}

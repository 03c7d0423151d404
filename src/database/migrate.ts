/** Runs the migrations of nsync's own tables. */
import type { Knex } from 'knex';
import type { Database } from './open';
import { retrying } from './retry';
import * as ownTables from '../../migrations/20261123000000_own_tables';
import * as trueRecords from '../../migrations/20261128000000_true_records';
import * as alsoChanged from '../../migrations/20261128010000_also_changed';

/** In the order in which they run; a migration that has been released is never changed. */
const MIGRATIONS: Record<string, Knex.Migration> = {
  '20261123000000_own_tables': ownTables,
  '20261128000000_true_records': trueRecords,
  '20261128010000_also_changed': alsoChanged,
};

const PREFIX = 'nsync_';
const TABLE = 'nsync_migrations';

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
  const found = (await dialect.tablesWithoutTransactions?.(reader, PREFIX)) ?? [];
  const [first] = found.filter(({ table }) => !table.startsWith(TABLE));
  if (first)
    throw new OwnTablesError(
      `nsync's own table ${first.table} has the engine ${first.engine}, which has no transactions: convert it with ALTER TABLE ${first.table} ENGINE=InnoDB`,
    );
}

/** Whether every migration has been run; found out without waiting for whoever writes. */
async function isUpToDate({ reader }: Database): Promise<boolean> {
  if (!(await reader.schema.hasTable(TABLE))) return false;
  const done = new Set(await reader(TABLE).pluck<string[]>('name'));
  return Object.keys(MIGRATIONS).every((name) => done.has(name));
}

/** Brings the own tables up to date; servers that start at once wait for each other. Gives the names of what was run. Throws OwnTablesError. */
export async function migrateUp(database: Database): Promise<string[]> {
  const isDone = await isUpToDate(database);
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

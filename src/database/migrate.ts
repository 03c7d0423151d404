/** Runs the migrations of nsync's own tables. */
import type { Knex } from 'knex';
import type { Database } from './open';
import { retrying } from './retry';
import * as ownTables from '../../migrations/20261123000000_own_tables';

/** In the order in which they run; a migration that has been released is never changed. */
const MIGRATIONS: Record<string, Knex.Migration> = {
  '20261123000000_own_tables': ownTables,
};

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

/** Whether every migration has been run; found out without waiting for whoever writes. */
async function isUpToDate({ reader }: Database): Promise<boolean> {
  if (!(await reader.schema.hasTable(TABLE))) return false;
  const done = new Set(await reader(TABLE).pluck<string[]>('name'));
  return Object.keys(MIGRATIONS).every((name) => done.has(name));
}

/** Brings the own tables up to date; servers that start at once wait for each other. Gives the names of what was run. */
export async function migrateUp(database: Database): Promise<string[]> {
  if (await isUpToDate(database)) return [];
  return migrating(database, (migrate) => migrate.latest(CONFIG) as Promise<[number, string[]]>);
}

/** Takes the own tables away again, with everything in them. */
export function migrateDown(database: Database): Promise<string[]> {
  return migrating(database, (migrate) => migrate.rollback(CONFIG, true) as Promise<[number, string[]]>);
}

/** Runs the migrations of nsync's own tables. */
import type { Knex } from 'knex';
import * as ownTables from '../../migrations/20261123000000_own_tables';

/** In the order in which they run; a migration that has been released is never changed. */
const MIGRATIONS: Record<string, Knex.Migration> = {
  '20261123000000_own_tables': ownTables,
};

const CONFIG: Knex.MigratorConfig = {
  tableName: 'nsync_migrations',
  migrationSource: {
    getMigrations: () => Promise.resolve(Object.keys(MIGRATIONS)),
    getMigrationName: (name: string) => name,
    getMigration: (name: string) => Promise.resolve(MIGRATIONS[name] as Knex.Migration),
  },
};

const ATTEMPTS = 60;
const PAUSE_MILLISECONDS = 500;

/** Brings the own tables up to date; servers that start at once wait for each other. Gives the names of what was run. */
export async function migrateUp(knex: Knex): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const [, names] = (await knex.migrate.latest(CONFIG)) as [number, string[]];
      return names;
    } catch (error) {
      if (attempt >= ATTEMPTS || !isCollision(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }
}

/** Another server is at it: it holds the lock, or has just made a table that this one was about to make. */
function isCollision(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    name === 'MigrationLocked' ||
    /already exists|duplicate key|locked|busy|ER_LOCK|deadlock|doesn't exist/i.test(message)
  );
}

/** Takes the own tables away again, with everything in them. */
export async function migrateDown(knex: Knex): Promise<string[]> {
  const [, names] = (await knex.migrate.rollback(CONFIG, true)) as [number, string[]];
  return names;
}

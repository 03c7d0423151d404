/** Selects the tables of a database that become models (NSYNC_SCHEMAS, NSYNC_INCLUDE, NSYNC_EXCLUDE). */
import picomatch from 'picomatch';
import type { TableEntry, TableListing } from '../database';
import { nearest } from '../nearest';

export interface TableSelection {
  /** Empty: the schema of the connection. */
  readonly schemas: readonly string[];
  /** Globs for `table` and `schema.table`, in any case; empty: all tables. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export const ALL_TABLES: TableSelection = { schemas: [], include: [], exclude: [] };

/** Tables of nsync itself, and those in which migration tools record their migrations. */
const NEVER = [
  'nsync_*',
  'knex_migrations',
  'knex_migrations_lock',
  'kysely_migration',
  'kysely_migration_lock',
  'django_migrations',
  'schema_migrations',
  'ar_internal_metadata',
  'flyway_schema_history',
  'databasechangelog',
  'databasechangeloglock',
  'alembic_version',
  '_prisma_migrations',
  '__drizzle_migrations',
  'sequelizemeta',
  'sequelize_meta',
  'typeorm_metadata',
  'mikro_orm_migrations',
  'pgmigrations',
  '__efmigrationshistory',
  'doctrine_migration_versions',
  'phinxlog',
  'goose_db_version',
  'gorp_migrations',
  '_sqlx_migrations',
  '__diesel_schema_migrations',
  'atlas_schema_revisions',
];

/** Thrown if the database lacks a selected schema. */
export class UnknownSchemaError extends Error {}

type Test = (entry: TableEntry) => boolean;

function testOf(glob: string): Test {
  const matches = picomatch(glob, { nocase: true, dot: true, bash: true });
  return ({ schema, name }) => matches(name) || matches(`${schema}.${name}`);
}

const isNever = picomatch(NEVER, { nocase: true, dot: true });

/** Throws UnknownSchemaError, with a message of one line, if a schema does not exist. */
export function assertSchemas({ schemas }: TableSelection, listing: TableListing): void {
  for (const schema of schemas) {
    if (listing.schemas.includes(schema)) continue;
    const near = nearest(schema, listing.schemas);
    throw new UnknownSchemaError(
      `The database has no schema "${schema}". ${near ? `Did you mean "${near}"?` : `Schemas: ${listing.schemas.join(', ')}.`}`,
    );
  }
}

/** The selected tables, and the globs that match no table. */
export function selectTables(
  listing: TableListing,
  { include, exclude }: TableSelection,
): { tables: TableEntry[]; unused: string[] } {
  const tables = listing.tables.filter(({ name }) => !isNever(name));
  const tests = new Map([...include, ...exclude].map((glob) => [glob, testOf(glob)]));
  const matched = (globs: readonly string[], entry: TableEntry): boolean =>
    globs.some((glob) => tests.get(glob)?.(entry) ?? false);
  return {
    tables: tables.filter((entry) => (include.length === 0 || matched(include, entry)) && !matched(exclude, entry)),
    unused: [...tests].flatMap(([glob, test]) => (tables.some(test) ? [] : [glob])),
  };
}

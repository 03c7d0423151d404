/** A fresh database for each test file, on every database that can be reached. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { type Database, migrateUp, openDatabase } from '../../src/database';
import { adminOf, copyMysqlTemplate, copySqliteTemplate, TEMPLATES, urlOf } from './templates';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  readonly drop: () => Promise<void>;
}

export interface DatabaseKind {
  readonly name: 'SQLite' | 'MariaDB' | 'PostgreSQL';
  /** Creates an empty database without tables. */
  create(): Promise<TestDatabase>;
  /** Creates a database with nsync's own tables, faster than migrations do. */
  createMigrated?(): Promise<TestDatabase>;
}

const freshName = (): string => `nsync_test_${randomBytes(6).toString('hex')}`;

function createFile(fill: (file: string) => void): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-test-'));
  const file = join(folder, 'test.sqlite');
  fill(file);
  const url = `sqlite:${file}`;
  const database = openDatabase(url);
  return Promise.resolve({
    url,
    database,
    drop: async () => {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

const sqlite: DatabaseKind = {
  name: 'SQLite',
  create: () => createFile(() => undefined),
  createMigrated: () => createFile(copySqliteTemplate),
};

/** `create` creates a database of the given name. */
async function createOn(
  client: 'mysql2' | 'pg',
  server: string,
  create: (admin: Knex, name: string) => Promise<unknown>,
): Promise<TestDatabase> {
  const name = freshName();
  const admin = adminOf(client, server);
  await create(admin, name);
  const url = urlOf(server, name);
  const database = openDatabase(url);
  return {
    url,
    database,
    drop: async () => {
      await database.close();
      await admin.raw(
        client === 'pg' ? `DROP DATABASE IF EXISTS ${name} WITH (FORCE)` : `DROP DATABASE IF EXISTS ${name}`,
      );
      await admin.destroy();
    },
  };
}

const mariadb = (server: string): DatabaseKind => {
  const create = (admin: Knex, name: string) => admin.raw(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return {
    name: 'MariaDB',
    create: () => createOn('mysql2', server, create),
    createMigrated: () =>
      createOn('mysql2', server, async (admin, name) => {
        await create(admin, name);
        await copyMysqlTemplate(admin, name);
      }),
  };
};

const postgres = (server: string): DatabaseKind => {
  const create = (from: string) => (admin: Knex, name: string) => admin.raw(`CREATE DATABASE ${name} ${from}`);
  return {
    name: 'PostgreSQL',
    create: () => createOn('pg', server, create('')),
    createMigrated: () => createOn('pg', server, create(`TEMPLATE ${process.env[TEMPLATES.pg]}`)),
  };
};

const { NSYNC_TESTED_MYSQL, NSYNC_TESTED_POSTGRES } = process.env;

/** The databases that jest's global setup could reach. */
export const DATABASES: readonly DatabaseKind[] = [
  sqlite,
  ...(NSYNC_TESTED_MYSQL ? [mariadb(NSYNC_TESTED_MYSQL)] : []),
  ...(NSYNC_TESTED_POSTGRES ? [postgres(NSYNC_TESTED_POSTGRES)] : []),
];

/** A fresh database with nsync's own tables. */
export async function migratedDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind.createMigrated) return kind.createMigrated();
  const created = await kind.create();
  await migrateUp(created.database);
  return created;
}

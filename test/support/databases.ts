/** A fresh database for each test file, on every database that can be reached. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import makeKnex from 'knex';
import { type Database, migrateUp, openDatabase } from '../../src/database';

export interface TestDatabase {
  readonly url: string;
  readonly database: Database;
  readonly drop: () => Promise<void>;
}

export interface DatabaseKind {
  readonly name: 'SQLite' | 'MariaDB' | 'PostgreSQL';
  /** Creates an empty database without tables. */
  create(): Promise<TestDatabase>;
}

const freshName = (): string => `nsync_test_${randomBytes(6).toString('hex')}`;

const sqlite: DatabaseKind = {
  name: 'SQLite',
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-test-'));
    const url = `sqlite:${join(folder, 'test.sqlite')}`;
    const database = openDatabase(url);
    return Promise.resolve({
      url,
      database,
      drop: async () => {
        await database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    });
  },
};

function onServer(name: 'MariaDB' | 'PostgreSQL', client: 'mysql2' | 'pg', server: string): DatabaseKind {
  return {
    name,
    async create() {
      const schema = freshName();
      const admin = makeKnex({ client, connection: server, pool: { min: 0, max: 1 } });
      await admin.raw(
        client === 'pg' ? `CREATE DATABASE ${schema}` : `CREATE DATABASE ${schema} CHARACTER SET utf8mb4`,
      );
      const url = new URL(server);
      url.pathname = `/${schema}`;
      const database = openDatabase(url.toString());
      return {
        url: url.toString(),
        database,
        drop: async () => {
          await database.close();
          await admin.raw(
            client === 'pg' ? `DROP DATABASE IF EXISTS ${schema} WITH (FORCE)` : `DROP DATABASE IF EXISTS ${schema}`,
          );
          await admin.destroy();
        },
      };
    },
  };
}

const { NSYNC_TESTED_MYSQL, NSYNC_TESTED_POSTGRES } = process.env;

/** The databases that jest's global setup could reach. */
export const DATABASES: readonly DatabaseKind[] = [
  sqlite,
  ...(NSYNC_TESTED_MYSQL ? [onServer('MariaDB', 'mysql2', NSYNC_TESTED_MYSQL)] : []),
  ...(NSYNC_TESTED_POSTGRES ? [onServer('PostgreSQL', 'pg', NSYNC_TESTED_POSTGRES)] : []),
];

/** A fresh database with nsync's own tables. */
export async function migratedDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  const created = await kind.create();
  await migrateUp(created.database);
  return created;
}

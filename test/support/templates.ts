/**
 * One migrated database of each kind, which fresh databases of tests are copies of: migrating each of them would take as long as many tests.
 * jest's global setup makes the templates, and its teardown removes them.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import makeKnex, { type Knex } from 'knex';
import { migrateUp, openDatabase } from '../../src/database';

/** Names in the environment of a file, and of databases on the servers. */
export const TEMPLATES = {
  sqlite: 'NSYNC_TEMPLATE_SQLITE',
  mysql2: 'NSYNC_TEMPLATE_MYSQL',
  pg: 'NSYNC_TEMPLATE_POSTGRES',
} as const;

/** A connection to a server, beside the databases of the tests. */
export const adminOf = (client: 'mysql2' | 'pg', server: string): Knex =>
  makeKnex({
    client,
    connection: client === 'pg' ? server : { uri: server, multipleStatements: true },
    pool: { min: 0, max: 1 },
  });

/** The URL of another database on a server. */
export function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.toString();
}

async function migrate(url: string): Promise<void> {
  const database = openDatabase(url);
  await migrateUp(database).finally(() => database.close());
}

export async function makeSqliteTemplate(): Promise<void> {
  const file = join(mkdtempSync(join(tmpdir(), 'nsync-template-')), 'template.sqlite');
  await migrate(`sqlite:${file}`);
  process.env[TEMPLATES.sqlite] = file;
}

export async function makeServerTemplate(client: 'mysql2' | 'pg', server: string): Promise<void> {
  const name = `nsync_template_${process.pid}`;
  const admin = adminOf(client, server);
  try {
    await admin.raw(`DROP DATABASE IF EXISTS ${name}`);
    await admin.raw(client === 'pg' ? `CREATE DATABASE ${name}` : `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    await migrate(urlOf(server, name));
  } finally {
    await admin.destroy();
  }
  process.env[TEMPLATES[client]] = name;
}

export const copySqliteTemplate = (file: string): void => copyFileSync(process.env[TEMPLATES.sqlite] ?? '', file);

/** Copies tables and rows into an empty database. MySQL has no statement for it. */
export async function copyMysqlTemplate(admin: Knex, database: string): Promise<void> {
  const template = process.env[TEMPLATES.mysql2] ?? '';
  const [tables] = (await admin.raw('SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ?', [
    template,
  ])) as [{ name: string }[]];
  const statements = [`USE ${database}`, 'SET foreign_key_checks = 0'];
  for (const { name } of tables) {
    const [[table]] = (await admin.raw(`SHOW CREATE TABLE ${template}.${name}`)) as [{ 'Create Table': string }[]];
    statements.push(table?.['Create Table'] ?? '', `INSERT INTO ${name} SELECT * FROM ${template}.${name}`);
  }
  await admin.raw([...statements, 'SET foreign_key_checks = 1'].join(';\n'));
}

export async function removeTemplates(): Promise<void> {
  const { NSYNC_TESTED_MYSQL, NSYNC_TESTED_POSTGRES } = process.env;
  const file = process.env[TEMPLATES.sqlite];
  if (file) rmSync(dirname(file), { recursive: true, force: true });
  for (const [client, server] of [
    ['mysql2', NSYNC_TESTED_MYSQL],
    ['pg', NSYNC_TESTED_POSTGRES],
  ] as const) {
    const name = process.env[TEMPLATES[client]];
    if (!server || !name) continue;
    const admin = adminOf(client, server);
    try {
      await admin.raw(`DROP DATABASE IF EXISTS ${name}`);
    } finally {
      await admin.destroy();
    }
  }
}

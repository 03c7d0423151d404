/** Finds and prints the databases that the tests can reach, and makes a template on each. */
import makeKnex from 'knex';
import { makeServerTemplate, makeSqliteTemplate } from './templates';

const SERVERS = [
  {
    name: 'MariaDB/MySQL',
    client: 'mysql2',
    given: 'TEST_MYSQL_URL',
    found: 'NSYNC_TESTED_MYSQL',
    usual: ['mysql://root@127.0.0.1:3306/test'],
  },
  {
    name: 'PostgreSQL',
    client: 'pg',
    given: 'TEST_POSTGRES_URL',
    found: 'NSYNC_TESTED_POSTGRES',
    usual: ['postgres://postgres@127.0.0.1:5432/postgres', 'postgres://postgres:postgres@127.0.0.1:5432/postgres'],
  },
] as const;

async function answers(client: string, url: string): Promise<boolean> {
  const knex = makeKnex({ client, connection: url, pool: { min: 0, max: 1 }, acquireConnectionTimeout: 5000 });
  try {
    await knex.raw('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await knex.destroy();
  }
}

export default async function globalSetup(): Promise<void> {
  const covered = ['SQLite'];
  const missing: string[] = [];
  await makeSqliteTemplate();
  for (const { name, client, given, found, usual } of SERVERS) {
    const url = process.env[given];
    const reachable: string[] = [];
    for (const candidate of url ? [url] : usual)
      if (reachable.length === 0 && (await answers(client, candidate))) reachable.push(candidate);
    const [first] = reachable;
    if (first) {
      process.env[found] = first;
      covered.push(name);
      await makeServerTemplate(client, first);
    } else if (url) throw new Error(`${given} is set, but ${name} does not answer there`);
    else missing.push(`${name} (set ${given})`);
  }
  process.stderr.write(
    `\nDatabases under test: ${covered.join(', ')}.${missing.length > 0 ? ` Not reachable: ${missing.join(', ')}.` : ''}\n`,
  );
}

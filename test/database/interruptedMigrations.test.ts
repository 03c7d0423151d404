/** Processes that are killed or paused while they migrate: the tables are those of an undisturbed migration, and each process ends well. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { type Database, migrateUp, OWN_TABLES } from '../../src/database';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const MAIN = require.resolve('../../dist/src/cli/main.js');
/** A table that a migration creates before others. */
const HALFWAY = 'nsync_runs';

interface Migrating {
  readonly child: ChildProcess;
  /** The exit code; null if the process was killed. */
  readonly ended: Promise<unknown>;
}

const children: ChildProcess[] = [];

function migrateElsewhere(url: string): Migrating {
  const child = spawn(process.execPath, [MAIN, 'migrate'], { env: { ...process.env, DATABASE_URL: url } });
  children.push(child);
  return { child, ended: once(child, 'close').then(([code]: unknown[]) => code) };
}

/** Starts a migration in another process, and resolves when some of the tables may exist. */
async function migratingHalfway({ url, database }: TestDatabase): Promise<Migrating> {
  const migrating = migrateElsewhere(url);
  const { reader } = database;
  // PostgreSQL and SQLite show no table before the end.
  const isHalfway = async (): Promise<boolean> =>
    database.dialect.name === 'mysql' ? reader.schema.hasTable(HALFWAY) : setTimeout(400, true);
  while (!(await isHalfway())) await setTimeout(2);
  return migrating;
}

/** What a minute without a sign of the owner does: its idle connections are closed, and then its lease expires. */
async function expireLease({ dialect, knex }: Database): Promise<void> {
  if (dialect.name !== 'mysql') return;
  const [others] = (await knex.raw(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  )) as [{ id: number }[]];
  for (const { id } of others) await knex.raw('KILL ?', [id]).catch(() => undefined);
  await knex.raw('UPDATE nsync_leases SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND');
}

/** As text, because types contain functions. */
const tablesOf = async ({ dialect, reader }: Database): Promise<string[]> =>
  inspect(await dialect.readCatalog(reader, OWN_TABLES), { depth: null, maxArrayLength: null }).split('\n');

const doneIn = async ({ reader }: Database): Promise<string[]> =>
  (await reader('nsync_migrations').pluck<string[]>('name')).sort();

describe.each(DATABASES)('migrations on $name', (kind) => {
  let undisturbed: { readonly tables: unknown; readonly done: readonly string[] };
  let test: TestDatabase;
  beforeAll(async () => {
    const { database, drop } = await migratedDatabase(kind);
    undisturbed = { tables: await tablesOf(database), done: await doneIn(database) };
    await drop();
  });
  beforeEach(async () => {
    test = await kind.create();
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await test.drop();
  });

  const expectUndisturbed = async (): Promise<void> =>
    expect({ tables: await tablesOf(test.database), done: await doneIn(test.database) }).toEqual(undisturbed);

  it('run once in two processes', async () => {
    const codes = await Promise.all([1, 2].map(() => migrateElsewhere(test.url).ended));
    expect(codes).toEqual([0, 0]);
    await expectUndisturbed();
  });

  it('are completed by another process after the first was killed', async () => {
    const { child, ended } = await migratingHalfway(test);
    child.kill('SIGKILL');
    await ended;
    await expireLease(test.database);
    await migrateUp(test.database);
    await expectUndisturbed();
  });

  it('are completed once if the first process was paused', async () => {
    const { child, ended } = await migratingHalfway(test);
    child.kill('SIGSTOP');
    await expireLease(test.database);
    const completed = migrateUp(test.database);
    // Only an expired lease can be taken over. Other locks stay as long as the process.
    if (test.database.dialect.name === 'mysql') await completed;
    child.kill('SIGCONT');
    await completed;
    expect(await ended).toBe(0);
    await expectUndisturbed();
  });
});

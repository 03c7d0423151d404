/** Backups and restores with the commands in docs/operations.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../src/database';
import { BACKUP_PROGRAMS, databaseName, Home, withPrograms } from '../support/databasePrograms';
import { type DatabaseKind, DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { BATCH, BATCHES, pausedRun } from '../support/pausedRun';
import { serve, type TestServer } from '../support/server';
import { goOn, makeHistory, stateOf, WHAT_ROWS_DO } from '../upgrade/history';

const PAGE = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const HEADINGS = { SQLite: 'SQLite', MariaDB: 'MariaDB and MySQL', PostgreSQL: 'PostgreSQL' };

/** The blocks of commands below the heading of a database: several backups, and the restore. */
function commandsFor({ name }: DatabaseKind): { backups: string[]; restore: string } {
  const [, section = ''] = new RegExp(`^### ${HEADINGS[name]}\\n(.*?)^##`, 'ms').exec(PAGE) ?? [];
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);
  return { backups: blocks.slice(0, -1), restore: blocks.at(-1) ?? '' };
}

/** The commands for a database, with the test's database instead of the page's. */
class Backups {
  private readonly home: Home;
  readonly ways: readonly string[];
  private readonly restoring: string;

  constructor(kind: DatabaseKind, url: string) {
    const here = (text: string): string =>
      text
        .replaceAll(/(?<![-\w])staff\.sqlite/g, databaseName(url))
        .replaceAll(/(?<![-\w])shop(?!\.)/g, databaseName(url));
    const { backups, restore } = commandsFor(kind);
    this.home = new Home(url);
    this.ways = backups.map(here);
    this.restoring = here(restore);
  }

  backUp = (way: string): Promise<string> => this.home.run(way);
  restore = (): Promise<string> => this.home.run(this.restoring);
  remove = (): void => this.home.remove();
}

/** Serves an existing database of a test. */
const serveAgain = ({ name }: DatabaseKind, { url }: TestDatabase): Promise<TestServer> => {
  const create = (): Promise<TestDatabase> => {
    const database = openDatabase(url);
    return Promise.resolve({ url, database, drop: () => database.close() });
  };
  return serve({ name, create });
};

interface Way {
  readonly kind: DatabaseKind;
  /** The number of the command. */
  readonly way: number;
}

const WAYS: readonly Way[] = DATABASES.flatMap((kind) => commandsFor(kind).backups.map((_, way) => ({ kind, way })));
const TRIED = withPrograms(DATABASES, BACKUP_PROGRAMS);

/** Tests each command whose program this machine has. */
function describeWays(title: string, tests: (way: Way) => void): void {
  for (const way of WAYS)
    (TRIED.includes(way.kind) ? describe : describe.skip)(`${title}, ${way.kind.name}, command ${way.way + 1}`, () =>
      tests(way),
    );
}

it('the page has commands for each database', () => {
  expect(DATABASES.map((kind) => [kind.name, commandsFor(kind).backups.length > 0])).toEqual(
    DATABASES.map(({ name }) => [name, true]),
  );
});

describeWays('a backup', ({ kind, way }) => {
  let test: TestDatabase;
  let backups: Backups;
  beforeEach(async () => {
    test = await kind.create();
    backups = new Backups(kind, test.url);
  });
  afterEach(async () => {
    backups.remove();
    await test.drop();
  });

  it('a server that works is backed up; after a restore nothing is lost, and a sync changes nothing', async () => {
    const server = await serveAgain(kind, test);
    await makeHistory(server);
    const before = await stateOf(server);
    await backups.backUp(backups.ways[way]!);
    expect(await goOn(server)).toEqual(WHAT_ROWS_DO);
    expect(await stateOf(server)).not.toEqual(before);
    await server.stop();

    await backups.restore();
    const restored = await serveAgain(kind, test);
    expect(await stateOf(restored)).toEqual(before);
    expect(await goOn(restored)).toEqual(WHAT_ROWS_DO);
    await restored.stop();
  });
});

interface Restored {
  readonly tags: number;
  /** The number of tags without a mapping, and of mappings without their tag. */
  readonly torn: number;
  readonly runs: readonly string[];
}

async function look(url: string): Promise<Restored> {
  const database = openDatabase(url);
  try {
    const tags = await database.knex('tag').pluck<unknown[]>('id');
    const mapped = await database.knex('nsync_external_key_mappings').pluck<string[]>('object_id');
    const ids = tags.map(String);
    const torn = ids.filter((id) => !mapped.includes(id)).length + mapped.filter((id) => !ids.includes(id)).length;
    return { tags: ids.length, torn, runs: await database.knex('nsync_runs').pluck<string[]>('status') };
  } finally {
    await database.close();
  }
}

describeWays('a backup during a run', ({ kind, way }) => {
  async function backedUpDuring(onError: 'CONTINUE' | 'ROLLBACK'): Promise<Restored> {
    const paused = await pausedRun(kind);
    const { test } = paused;
    const backups = new Backups(kind, test.url);
    try {
      await paused.run({ onError }, async () => {
        await backups.backUp(backups.ways[way]!);
      });
      await test.database.close();
      await backups.restore();
      return await look(test.url);
    } finally {
      backups.remove();
      await test.drop();
    }
  }

  it('CONTINUE: the backup has whole chunks', async () => {
    const { tags, torn, runs } = await backedUpDuring('CONTINUE');
    expect({ torn, runs, rest: tags % BATCH }).toEqual({ torn: 0, runs: ['RUNNING'], rest: 0 });
    expect(tags).toBeGreaterThan(0);
    expect(tags).toBeLessThan(BATCH * BATCHES);
  });

  it('ROLLBACK: the backup has nothing of the run but its record', async () => {
    expect(await backedUpDuring('ROLLBACK')).toEqual({ tags: 0, torn: 0, runs: ['RUNNING'] });
  });
});

it('the page lists every table of nsync’s own', async () => {
  const test = await migratedDatabase(DATABASES[0]!);
  const { knex } = test.database;
  const tables = await knex('sqlite_master').where('name', 'like', 'nsync_%').where({ type: 'table' }).pluck<string[]>('name'); // prettier-ignore
  await test.drop();
  const [, section = ''] = /^## Backups\n(.*?)^#/ms.exec(PAGE) ?? [];
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const listed = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(nsync_\w+)`/g)].map(([, name]) => name),
  );
  // On SQLite, the progress is in a file beside the database, and migrations need no lease.
  expect(listed.sort()).toEqual([...tables, 'nsync_run_progress', 'nsync_leases'].sort());
});

/**
 * Upgrades databases of earlier versions to the current version. A folder in `dumps` has the name of its version's last migration.
 * `NSYNC_WRITE_DUMPS=1 npx jest test/upgrade` adds the folder of the version that is checked out. Do so before a release.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dumpOf, restore, RESTORE_PROGRAMS, withPrograms } from '../support/databasePrograms';
import { type DatabaseKind, DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { serve, type TestServer } from '../support/server';
import { goOn, killLastRun, makeHistory, type State, stateOf, WHAT_ROWS_DO } from './history';

const DUMPS = join(__dirname, 'dumps');
const KINDS = withPrograms(DATABASES, RESTORE_PROGRAMS);
const VERSIONS = readdirSync(DUMPS);

const dumpFile = (version: string, { name }: DatabaseKind): string => join(DUMPS, version, `${name.toLowerCase()}.sql`);
const stateFile = (version: string, { name }: DatabaseKind): string =>
  join(DUMPS, version, `${name.toLowerCase()}.json`);

async function write(kind: DatabaseKind): Promise<void> {
  const server = await serve(kind);
  try {
    await makeHistory(server);
    await killLastRun(server);
    const { knex } = server.server.database;
    const [version = ''] = await knex('nsync_migrations').orderBy('id', 'desc').limit(1).pluck<string[]>('name');
    mkdirSync(join(DUMPS, version), { recursive: true });
    writeFileSync(stateFile(version, kind), `${JSON.stringify(await stateOf(server), null, 1)}\n`);
    writeFileSync(dumpFile(version, kind), await dumpOf(kind, server.databaseUrl));
  } finally {
    await server.stop();
  }
}

/** A kind of database that contains the data of a version. */
const restored = (kind: DatabaseKind, version: string): DatabaseKind => ({
  name: kind.name,
  async create() {
    const test = await kind.create();
    await restore(kind, test.url, readFileSync(dumpFile(version, kind), 'utf8'));
    return test;
  },
});

/** The expected state of a version. The run of the killed process has ended at its last sign of life. */
function expectedState(version: string, kind: DatabaseKind): unknown {
  const { runs, ...rest } = JSON.parse(
    readFileSync(stateFile(version, kind), 'utf8').replaceAll('"RUNNING"', '"INTERRUPTED"'),
  ) as { runs: { nodes: { status: string; startedAt: string; finishedAt: string | null }[] } };
  const nodes = runs.nodes.map((run) => (run.status === 'INTERRUPTED' ? { ...run, finishedAt: run.startedAt } : run));
  return { ...rest, runs: { nodes } };
}

/** The state after the server has ended runs whose process is gone. */
const settledState = (server: TestServer): Promise<State> =>
  eventually('the end of the run that was killed', async () => {
    const state = await stateOf(server);
    return state.runs.nodes.some(({ status }) => status === 'RUNNING') ? null : state;
  });

function checkVersions(): void {
  it('there is a dump of each database for each version', () => {
    const files = VERSIONS.flatMap((version) =>
      ['sqlite', 'mariadb', 'postgresql'].map((name) => join(version, `${name}.sql`)),
    );
    expect(files.filter((file) => !existsSync(join(DUMPS, file)))).toEqual([]);
  });

  describe.each(VERSIONS)('after %s', (version) => {
    it.each(KINDS)('on $name everything is there, and syncs go on', async (kind) => {
      const server = await serve(restored(kind, version));
      try {
        const before = await settledState(server);
        expect(before).toEqual(expectedState(version, kind));
        expect(await goOn(server)).toEqual(WHAT_ROWS_DO);
        const ids = ({ runs }: State): number[] => runs.nodes.map(({ id }) => Number(id));
        const newest = ids(await stateOf(server)).slice(0, Object.keys(WHAT_ROWS_DO).length);
        expect(Math.min(...newest)).toBeGreaterThan(Math.max(...ids(before)));
      } finally {
        await server.stop();
      }
    });
  });
}

if (process.env.NSYNC_WRITE_DUMPS) it.each(KINDS)('writes a dump of $name', write);
else checkVersions();

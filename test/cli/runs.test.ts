/** Runs from other terminals: their progress, how to stop them, and how to remove old ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nsync, startNsync, withoutTarget } from '../support/commandLine';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { serve } from '../support/server';

const ROWS = 300_000;

describe('runs from another terminal', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    const rows = Array.from({ length: ROWS }, (_, i) => `${i},E${i},First,Last`);
    writeFileSync(join(folder, 'many.csv'), ['external_key,employee_id,first_name,last_name', ...rows].join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(DATABASES.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
    let test: TestDatabase;
    let transport: string[];
    beforeEach(async () => {
      test = await migratedDatabase(kind);
      transport = ['--database', test.url, '--models', 'demo'];
    });
    afterEach(() => test.drop());

    it('R47: a run that is one transaction shows its counts, and can be cancelled', async () => {
      const sync = startNsync(
        ['sync-file', 'HR', 'Person', 'many.csv', '--flags', 'cu', '--match-on', 'employee_id', ...transport],
        { cwd: folder },
      );
      let shown = '';
      for (let look = 0; look < 60 && !/RUNNING [1-9]\d*%/.test(shown); look += 1)
        shown = (await nsync(['runs', ...transport])).stdout;
      expect(shown).toMatch(/RUNNING [1-9]\d*% .* HR +Person +[1-9]/);
      const { stdout } = await nsync(['run', '1', ...transport]);
      expect(stdout).toMatch(
        /^Run 1 · RUNNING · syncing · [\d,]+ of about [\d,]+ rows · [\d,]+ rows\/s · [\d:]+ left\n/,
      );
      const cancelled = await nsync(['cancel', '1', ...transport]);
      expect([cancelled.code, withoutTarget(cancelled.stderr)]).toEqual([0, '']);
      const { code, stderr } = await sync.ended;
      expect([code, withoutTarget(stderr)]).toEqual([
        2,
        'nsync: The run was stopped on request. All its changes were undone.\n',
      ]);
      expect((await nsync(['runs', '--json', ...transport])).stdout).toContain('"status":"CANCELLED"');
      const again = await nsync(['cancel', '1', ...transport]);
      expect([again.code, withoutTarget(again.stderr)]).toEqual([
        2,
        'nsync: Run 1 cannot be stopped: its status is already CANCELLED.\n',
      ]);
    });
  });

  it('nsync prune: removes old runs, on a database and through a server', async () => {
    const server = await serve(DATABASES[0]!);
    const transport = ['--server', server.url];
    const sync = (name: string) =>
      nsync(['sync-file', 'HR', 'Tag', '-', '--flags', 'cu*', '--match-on', 'label', ...transport], { input: `label\n${name}\n` }); // prettier-ignore
    try {
      for (const name of ['a', 'a', 'b']) await sync(name);
      expect((await nsync(['prune', '--older-than', '1', ...transport])).stdout).toBe(
        'Removed 0 runs and 0 outcomes.\n',
      );
      // The second run changed nothing, so it has no outcome that could be the last one.
      expect((await nsync(['prune', '--before', '2100-01-01', ...transport])).stdout).toBe(
        'Removed 1 run and 0 outcomes.\n',
      );
      expect(
        (await nsync(['prune', '--before', '2100-01-01', '--no-keep-last-touch', '--json', ...transport])).stdout,
      ).toBe('{"runs":2,"outcomes":2}\n');
      expect((await nsync(['prune', ...transport])).stderr).toBe('nsync: Say which runs to remove: --older-than <days> or --before <date>.\n'); // prettier-ignore
    } finally {
      await server.stop();
    }
  });

  it('NSYNC_KEEP_RUNS_DAYS: a server removes old runs by itself', async () => {
    const server = await serve(DATABASES[0]!, {
      environment: { NSYNC_KEEP_RUNS_DAYS: '30' },
      prepare: async ({ database: { knex } }) => {
        const run = { status: 'COMPLETED', dry_run: false, problems: '[]', problem_groups: '[]', started_at: '2026-01-01 00:00:00' }; // prettier-ignore
        const recent = new Date(Date.now() - 1000).toISOString().replace('T', ' ').replace('Z', '');
        await knex('nsync_runs').insert({ ...run, finished_at: '2026-01-01 00:00:01' });
        await knex('nsync_runs').insert({ ...run, finished_at: recent });
      },
    });
    try {
      const { reader } = server.server.database;
      for (let look = 0; look < 100 && (await reader('nsync_runs').pluck('id')).length > 1; look += 1);
      expect(await reader('nsync_runs').pluck('id')).toEqual([2]);
    } finally {
      await server.stop();
    }
  });
});

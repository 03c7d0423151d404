/** Ctrl-C: nothing partial remains, and no run continues forever. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startNsync, withoutTarget } from '../support/commandLine';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { serve } from '../support/server';

const SYNC = ['sync-file', 'HR', 'Person'];
const READ = ['--flags', 'cu', '--match-on', 'employee_id'];
const ROWS = 200_000;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries > 600) throw new Error('it never was');
    await setTimeout(50);
  }
}

const statuses = ({ database }: TestDatabase): Promise<string[]> =>
  database.reader('nsync_runs').orderBy('id').pluck<string[]>('status');
const persons = async ({ database }: TestDatabase): Promise<number> =>
  Number(((await database.reader('person').count({ count: '*' })) as { count: unknown }[])[0]?.count);

/** The temporary files that the server in this process has open. Linux shows files without a name as `#NUMBER (deleted)`. */
const openTemporaryFiles = (): number =>
  readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(`${tmpdir()}/#`);
    } catch {
      // The file was closed in between.
      return false;
    }
  }).length;

describe('Ctrl-C', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    const rows = Array.from({ length: ROWS }, (_, i) => `${i},E${i},First,Last`);
    writeFileSync(join(folder, 'many.csv'), ['external_key,employee_id,first_name,last_name', ...rows].join('\n'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(DATABASES.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
    it.each([
      ['rollback', 'nsync: The run was stopped on request. All its changes were undone.'],
      ['continue', 'nsync: The run was stopped on request. Committed rows stay.'],
    ])('stops a run cleanly with --on-error %s', async (policy, message) => {
      const test = await migratedDatabase(kind);
      try {
        const transport = ['--database', test.url, '--models', 'demo', '--on-error', policy];
        const { child, ended } = startNsync([...SYNC, 'many.csv', ...READ, ...transport], { cwd: folder });
        await until(async () => (await statuses(test)).includes('RUNNING'));
        if (policy === 'continue') await until(async () => (await persons(test)) > 0);
        child.kill('SIGINT');
        const { code, stdout, stderr } = await ended;
        expect([code, stdout]).toEqual([130, '']);
        expect(withoutTarget(stderr).trimEnd().split('\n')).toEqual([
          'Stopping. Press Ctrl-C again to quit immediately.',
          message,
        ]);
        expect(await statuses(test)).toEqual(['CANCELLED']);
        const stayed = await persons(test);
        expect(stayed).toBeLessThan(ROWS);
        expect(stayed > 0).toBe(policy === 'continue');
        // No lock remains: the next sync runs.
        const again = startNsync([...SYNC, '-', ...READ, ...transport], { cwd: folder });
        again.child.stdin.end('employee_id,first_name,last_name\nNEW,First,Last\n');
        expect((await again.ended).code).toBe(0);
        expect(await persons(test)).toBe(stayed + 1);
      } finally {
        await test.drop();
      }
    });
  });

  it('stops an upload, and nothing is run', async () => {
    const server = await serve(DATABASES[0]!);
    const before = openTemporaryFiles();
    try {
      const { child, ended } = startNsync([...SYNC, '-', ...READ, '--server', server.url]);
      child.stdin.write('employee_id,first_name,last_name\n');
      await until(() => Promise.resolve(openTemporaryFiles() > before));
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect([code, withoutTarget(stderr)]).toEqual([130, 'Stopping. Press Ctrl-C again to quit immediately.\nnsync: Stopped before the server had everything: nothing was run.\n']); // prettier-ignore
      await until(() => Promise.resolve(openTemporaryFiles() === before));
      expect(await server.server.database.reader('nsync_runs').pluck('id')).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

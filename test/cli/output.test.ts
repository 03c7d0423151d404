/** Output for terminals, pipes and other programs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { progressLine } from '../../src/cli/output/progress';
import { Table } from '../../src/cli/output/table';
import { printable, widthOf } from '../../src/cli/output/text';
import { bash, nsync, withoutTarget } from '../support/commandLine';

describe('output', () => {
  let folder: string;
  const env = { DATABASE_URL: 'sqlite:out.sqlite', NSYNC_MODELS: 'demo' };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    const rows = Array.from({ length: 3000 }, (_, i) => `${i},E${i},First,Last`);
    writeFileSync(join(folder, 'many.csv'), ['external_key,employee_id,first_name,last_name', ...rows].join('\n'));
    writeFileSync(join(folder, 'evil.csv'), 'external_key,employee_id,first_name,last_name,age\n\u001b[2J,E1,\u001b[31mred,\u202e,\n,E2,A,B,\u001b[1m\n'); // prettier-ignore
    const done = await nsync(['sync-file', 'HR', 'Person', 'many.csv', '--flags', 'cu', '--match-on', 'employee_id'], {
      cwd: folder,
      env,
    });
    expect([done.code, done.stderr]).toEqual([0, 'Database: sqlite:out.sqlite (demo models)\n']);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('ends quietly with a reader that has seen enough', async () => {
    const { stdout, stderr } = await bash('nsync mappings --limit 0 | head -2; echo "${PIPESTATUS[@]}"', {
      cwd: folder,
      env,
    });
    expect(withoutTarget(stderr)).toBe('');
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^System +Model +Key +Object +Since$/),
      expect.stringMatching(/^HR +Person +0 +1 /),
      '0 0',
      '',
    ]);
  });

  it('lists fifty items and says how many there are, or as many as are wanted', async () => {
    const { stdout, stderr } = await nsync(['mappings', '--quiet'], { cwd: folder, env });
    expect(stdout.trimEnd().split('\n')).toHaveLength(50);
    expect(stderr).toBe('50 of 3,000 mappings; --limit 0 prints all\n');
    const all = await nsync(['mappings', '--limit', '0', '--json'], { cwd: folder, env });
    expect(withoutTarget(all.stderr)).toBe('');
    expect(all.stdout.trimEnd().split('\n').map((line) => (JSON.parse(line) as { externalKey: string }).externalKey)).toEqual(Array.from({ length: 3000 }, (_, i) => String(i))); // prettier-ignore
  });

  it('carries no escape code to a pipe, not even those in the data', async () => {
    const sync = ['sync-file', 'HR', 'Person', 'evil.csv', '--flags', 'cu*', '--match-on', 'employee_id', '--dry-run'];
    const piped = await nsync(sync, { cwd: folder, env });
    expect(piped.code).toBe(1);
    expect(piped.stdout + piped.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(piped.stdout).toMatch('first_name: "First" -> "\\u001b[31mred"');

    const coloured = await nsync(sync, { cwd: folder, env: { ...env, FORCE_COLOR: '1' } });
    expect(coloured.stdout).toMatch('\u001b[33m~ Person 2\u001b[39m');
    expect(coloured.stdout).toMatch('\u001b[31mERROR\u001b[39m');
    const uncoloured = (text: string): string => text.replace(/Run \d+ · (.*) · \d+\.\d s/, '$1');
    expect(uncoloured(stripVTControlCharacters(coloured.stdout))).toBe(uncoloured(piped.stdout));
  }); // prettier-ignore

  it('measures characters as terminals show them', () => {
    expect(['abc', 'é', 'e\u0301', '日本', '한글', '🚂', '👩‍🚀', '—'].map(widthOf)).toEqual([3, 1, 1, 4, 4, 2, 2, 1]);
    const table = new Table<[string, number]>([
      { title: 'Name', value: ([name]) => name },
      { title: 'N', value: ([, count]) => count },
    ]);
    expect(table.lines([['日本', 7], ['Müller-X', 12]])).toEqual(['Name       N', '日本       7', 'Müller-X  12']); // prettier-ignore
    expect(table.lines([['x\ny', 1]])).toEqual(['x\\ny       1']);
    expect(printable('a\tb\u009b\u2066')).toBe('a\\tb\\u009b\\u2066');
  });

  it('shows how far it is, how fast, and how long it still takes', () => {
    const rows = { what: 'Syncing', unit: 'rows', total: 200_000 } as const;
    const at = (done: number, seconds: number, rate?: number) => ({ done, seconds, rate });
    expect(progressLine(rows, at(50_000, 5))).toBe('Syncing [======>------------------] 25% · 50,000 rows · 10,000 rows/s · 0:15 left'); // prettier-ignore
    expect(progressLine(rows, at(50_000, 5, 1234.5))).toMatch('50,000 rows · 1,235 rows/s · 2:01 left');
    expect(progressLine(rows, at(0, 0))).toBe('Syncing [>------------------------] 0% · 0 rows · 0 rows/s · … left');
    expect(progressLine(rows, at(200_100, 10))).toBe('Syncing [========================>] 100% · 200,100 rows · 20,010 rows/s · 0:00 left'); // prettier-ignore
    expect(progressLine({ what: 'Uploading', unit: 'bytes', total: null }, at(3_000_000_000, 2))).toBe('Uploading · 3,000.0 MB · 1,500.0 MB/s · 0:02'); // prettier-ignore
    expect(progressLine({ what: 'Running on the server' }, at(0, 3725))).toBe('Running on the server · 1:02:05');
  });

  it.each([
    [80, 'Syncing 25% · 50,000 rows · 10,000 rows/s · 0:15 left'],
    [50, 'Syncing 25% · 50,000 rows · 10,000 rows/s'],
    [30, 'Syncing 25% · 0:15 left'],
    [12, 'Syncing 25%'],
  ])('shows progress in %d columns', (width, line) => {
    const stage = { what: 'Syncing', unit: 'rows', total: 200_000 } as const;
    const shown = progressLine(stage, { done: 50_000, seconds: 5 }, width);
    expect(shown).toBe(line);
    expect(widthOf(shown)).toBeLessThanOrEqual(width);
  });
});

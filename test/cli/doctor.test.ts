/** `nsync doctor` in a terminal: a table, the problems, the advice, and the exit code. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Ended, nsync } from '../support/commandLine';

const TARGET = 'Database: sqlite:doctor.sqlite (demo models)\n';
const PROBLEM = '2 mappings of Tag point to objects that do not exist.';

describe('nsync doctor', () => {
  let folder: string;
  const env = { DATABASE_URL: 'sqlite:doctor.sqlite', NSYNC_MODELS: 'demo' };
  const doctor = (...args: readonly string[]): Promise<Ended> => nsync(['doctor', ...args], { cwd: folder, env });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    writeFileSync(join(folder, 'tags.csv'), 'external_key,label\n1,a\n2,b\n3,c\n');
    const sync = ['sync-file', 'HR', 'Tag', 'tags.csv', '--flags', 'cu', '--match-on', 'label'];
    expect((await nsync(sync, { cwd: folder, env })).code).toBe(0);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds nothing in a healthy database', async () => {
    const { code, stdout, stderr } = await doctor();
    expect([code, stderr]).toEqual([0, TARGET]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Check {7}Result {2}What is checked$/);
    expect(lines).toHaveLength(9);
    for (const line of lines.slice(1)) expect(line).toMatch(/^\S.{11}ok {6}\S/);
    expect(await doctor('--quiet')).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('says what is wrong, and what to do', async () => {
    const database = new Sqlite(join(folder, 'doctor.sqlite'));
    database.exec(`DELETE FROM tag WHERE label < 'c'`);
    database.close();
    const { code, stdout, stderr } = await doctor();
    expect([code, stderr]).toEqual([1, TARGET]);
    expect(stdout).toMatch(/^mappings {4}1 warning {2}/m);
    const advice = '    List them: nsync mappings --model Tag --dangling. A sync repairs those whose rows it creates or finds. Delete the others.'; // prettier-ignore
    expect(stdout.split('\n').slice(10)).toEqual([`WARNING ${PROBLEM}`, '    HR 1 -> 1', '    HR 2 -> 2', advice, '']);

    const quiet = await doctor('--quiet');
    expect(quiet).toEqual({ code: 1, stdout: '', stderr: `WARNING ${PROBLEM} ${advice.trim()}\n` });
    const json = await doctor('--json');
    const results = json.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    expect([json.code, results.map(({ check, status }) => [check, status])]).toEqual([
      1,
      [['own tables', 'OK'], ['mappings', 'FOUND'], ['restore', 'OK'], ['tables', 'OK'], ['counters', 'OK'], ['runs', 'OK'], ['clock', 'OK'], ['settings', 'OK']],
    ]); // prettier-ignore
    expect(results[1]!.findings).toEqual([
      { severity: 'WARNING', problem: PROBLEM, advice: advice.trim(), count: 2, examples: ['HR 1 -> 1', 'HR 2 -> 2'] },
    ]);
  });

  it('could not look: exit code 2, and no file is created', async () => {
    const files = readdirSync(folder).length;
    for (const [args, message] of [
      [['--database', 'sqlite:none.sqlite'], /cannot be reached/],
      [['--demo'], /cannot be reached: unable to open database file/],
      [['--database', 'mysql://nobody@127.0.0.1:1/none'], /cannot be reached/],
      [['--server', 'http://127.0.0.1:4000'], /unknown option '--server'/],
    ] as const) {
      const { code, stdout, stderr } = await doctor(...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
    }
    expect(readdirSync(folder)).toHaveLength(files);
  });
});

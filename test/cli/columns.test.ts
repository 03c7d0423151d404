/** `--column` and `--ignore` of `sync-files`: each file uses the columns that it has, and a name that no file has is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nsync, withoutTarget } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const FILES = {
  'HR_a_Person.csv': '\n\nEmp No,First,last_name\nE1,Ada,King\n\n  \nE2,Bob,\n',
  'HR_b_Tag.csv': 'Tag,Emp No,Remarks\nHero,E1,x\n',
  'HR_c_Tag.csv': 'match_on,label\nlabel,Rich\n',
};
const NAMES = Object.keys(FILES);
const COLUMNS = ['--column', 'Emp No=external_key', '--column', 'First=first_name', '--column', 'Tag=label', '--ignore', 'Remarks']; // prettier-ignore

interface Line {
  readonly run?: {
    readonly status: string;
    readonly sources: readonly { file: string; counts: { created: number } }[];
  };
  readonly outcome?: { readonly file: string; readonly line: number; readonly externalKey: string | null; readonly status: string }; // prettier-ignore
}

describe('sync-files with columns', () => {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    server = await serve(DATABASES[0]!);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const transports: readonly [string, () => string[]][] = [
    ['a database', () => ['--demo']],
    ['a server', () => ['--server', server.url]],
  ];

  describe.each(transports)('on %s', (_name, transport) => {
    const sync = (...words: string[]) => nsync(['sync-files', ...NAMES, '--flags', 'c', ...words, ...transport()], { cwd: folder }); // prettier-ignore

    it('renames columns in the files that have them, and blank lines count as lines', async () => {
      const { code, stdout, stderr } = await sync(...COLUMNS, '--dry-run', '--json');
      expect([code, withoutTarget(stderr)]).toEqual([0, '']);
      const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Line); // prettier-ignore
      expect(lines.flatMap(({ outcome }) => (outcome ? [outcome] : [])).map(({ line, externalKey, status }) => [line, externalKey, status])).toEqual([
        [4, 'E1', 'CREATED'],
        [7, 'E2', 'CREATED'],
        [2, 'E1', 'CREATED'],
        [2, null, 'CREATED'],
      ]); // prettier-ignore
      expect(lines.at(-1)?.run?.sources.map(({ file, counts }) => [file, counts.created])).toEqual([
        ['HR_a_Person.csv', 2],
        ['HR_b_Tag.csv', 1],
        ['HR_c_Tag.csv', 1],
      ]);
    });

    it.each([
      [['--column', 'Emp Nr=external_key'], 'nsync: columns: no file has the header "Emp Nr". Did you mean "Emp No"?\n'],
      [['--ignore', 'Remark'], 'nsync: columns: no file has the header "Remark". Did you mean "Remarks"?\n'],
      [['--column', 'Frist=first_name', ...COLUMNS], 'nsync: columns: no file has the header "Frist". Did you mean "First"?\n'],
    ])('refuses %j, and syncs nothing', async (words, message) => {
      const { code, stdout, stderr } = await sync(...words);
      expect([code, stdout, withoutTarget(stderr)]).toEqual([2, '', message]);
      expect((await nsync(['runs', '--json', ...transport()], { cwd: folder })).stdout).not.toContain('"dryRun":false');
    }); // prettier-ignore

    it('names the file whose header lacks what rows are matched on', async () => {
      const { code, stderr } = await sync(...COLUMNS, '--match-on', 'label');
      expect(code).toBe(2);
      expect(withoutTarget(stderr)).toMatch(/^nsync: File "HR_a_Person\.csv": match_on: Person has no field "label"/);
    });
  });
});

/** A database and a server have the same command line and the same output, on every database. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, nsync, timeless, withoutTarget } from '../support/commandLine';
import { DATABASES, migratedDatabase } from '../support/databases';
import { serve } from '../support/server';

const FILES = {
  'HR_demo_Tag.csv': 'action_flags,match_on,label\ncu,label,Hero\ncu,label,Rich\n',
  'HR_demo_Person.csv':
    'action_flags,match_on,external_key,employee_id,first_name,last_name,tags=>+label\ncu*,employee_id,1,EMP1,Bruce,Wayne,Hero\ncu*,employee_id,2,EMP2,Selina,Kyle,\n',
  'changed.csv':
    'action_flags,match_on,external_key,employee_id,first_name,last_name,tags=>=label\ncu*,employee_id,1,EMP1,Bruce,Wayne-Kyle,Rich\nd*,employee_id,2,EMP2,,,\ncu*,employee_id,3,EMP3,Clark,Kent,\n',
  'houses.csv': 'address,owner=>employee_id,floors\nArkham Road 1,EMP9,2\nBat Cave,EMP1,many\nRobinson Park,EMP1,\n',
};

/** Run in this order on one database. Each has its exit code. */
const EVERYWHERE: readonly (readonly [words: string, code: number])[] = [
  ['sync-files HR_demo_Person.csv HR_demo_Tag.csv', 0],
  ['sync-file HR Person changed.csv --dry-run', 0],
  ['sync-file HR Person changed.csv --dry-run --json', 0],
  ['sync-file HR Person changed.csv --changes', 0],
  ['sync-file Registry House houses.csv --flags cu --match-on address', 1],
  ['sync-file Registry House houses.csv --flags cu --match-on address --on-error continue', 1],
  ['runs', 0],
  ['object Person 1', 0],
];

/** These do not depend on the database, so SQLite is enough. */
const BESIDE: typeof EVERYWHERE = [
  ['sync-file Registry House houses.csv --flags cu --match-on address --json', 1],
  ['sync-file Registry House houses.csv --flags cu --match-on address --quiet', 1],
  ['syncfile Regstry House houses.csv --no-create-system', 2],
  ['sync-file HR Persn changed.csv', 2],
  ['syncfiles changed.csv', 2],
  ['runs --status rolled_back --status completed --system Registry --json', 0],
  ['runs --quiet --limit 2', 0],
  ['run 1 --changes', 0],
  ['run 5', 0],
  ['run 99', 2],
  ['mappings', 0],
  ['mappings --model Person --key 1 --json', 0],
  ['object Person 99', 2],
  ['object Persn 1', 2],
  ['systems', 0],
  ['systems --quiet', 0],
  ['models', 0],
  ['models house', 0],
  ['models Hose', 2],
  ['models --json', 0],
];

/** The output of the preview of `changed.csv`. */
const PREVIEW = `~ Person 1 (row 1, line 2, key 1)
    ~ last_name: "Wayne" -> "Wayne-Kyle"
    - tags: "1"
    + tags: "2"
- Person 2 (row 2, line 3, key 2)
+ Person (row 3, line 4, key 3)
    + first_name: "Clark"
    + last_name: "Kent"
    + employee_id: "EMP3"

Run 2 · COMPLETED · dry run: nothing was changed · 0.0 s

System  Model   File         Rows  Created  Updated  Unchanged  Deleted  Failed
HR      Person  changed.csv     3        1        1          0        1       0
`;

/** The output of the sync of `houses.csv`. */
const ROLLED_BACK = `Run 5 · ROLLED_BACK · 0.0 s

System    Model  File        Rows  Created  Updated  Unchanged  Deleted  Failed  Warnings
Registry  House  houses.csv     3        2        0          0        0       1         1

ERROR INVALID_VALUE floors houses.csv: 1 row (2)
    row 2, line 3: Field "floors": "many" is not an integer.
WARNING REFERENCE_NOT_FOUND owner houses.csv: 1 row (1)
    row 1, line 2: Reference "owner" finds no Person with employee_id "EMP9".
`;

describe.each(DATABASES.map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const commands = kind.name === 'SQLite' ? [...EVERYWHERE, ...BESIDE] : EVERYWHERE;
  const all = async (transport: readonly string[]): Promise<Record<string, Ended>> => {
    const results: Record<string, Ended> = {};
    for (const [words] of commands) {
      const { code, stdout, stderr } = await nsync([...words.split(' '), ...transport], { cwd: folder });
      results[words] = { code, stdout: timeless(stdout), stderr: withoutTarget(stderr) };
    }
    return results;
  };

  it('answers the same whether it works on the database itself or through a server', async () => {
    const test = await migratedDatabase(kind);
    const server = await serve(kind);
    try {
      const [direct, served] = await Promise.all([
        all(['--database', test.url, '--models', 'demo']),
        all(['--server', server.url]),
      ]);
      expect(served).toEqual(direct);
      expect(Object.entries(direct).map(([words, { code }]) => [words, code])).toEqual(commands);

      // A failure is a single line on stderr.
      for (const [words, { code, stdout, stderr }] of Object.entries(direct))
        if (code === 2)
          expect([words, stdout, stderr.split('\n')]).toEqual([words, '', [expect.stringMatching(/^nsync: /), '']]); // prettier-ignore
        else if (!words.includes('--quiet')) expect([words, stderr]).toEqual([words, '']);

      expect(direct['sync-file HR Person changed.csv --dry-run']?.stdout).toBe(PREVIEW);
      const registry = 'sync-file Registry House houses.csv --flags cu --match-on address';
      expect(direct[registry]?.stdout).toBe(ROLLED_BACK);

      const lines = direct['sync-file HR Person changed.csv --dry-run --json']?.stdout.trimEnd().split('\n') ?? [];
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        { outcome: expect.objectContaining({ status: 'UPDATED', objectId: '1' }) as unknown },
        { outcome: expect.objectContaining({ status: 'DELETED', objectId: '2' }) as unknown },
        { outcome: expect.objectContaining({ status: 'CREATED', externalKey: '3' }) as unknown },
        { run: expect.objectContaining({ dryRun: true, status: 'COMPLETED' }) as unknown },
      ]);
      expect(await test.database.knex('person').orderBy('id').pluck<string[]>('last_name')).toEqual(['Wayne-Kyle', 'Kent']); // prettier-ignore
      if (kind.name !== 'SQLite') return;

      expect(direct[`${registry} --quiet`]).toMatchObject({
        stdout: '',
        stderr: expect.stringMatching(/^INVALID_VALUE floors houses\.csv: 1 row \(2\): .*\n$/) as unknown,
      });
      expect(direct['syncfile Regstry House houses.csv --no-create-system']?.stderr).toMatch(
        'Did you mean "Registry"?',
      );
      expect(direct['sync-file HR Persn changed.csv']?.stderr).toMatch('Did you mean "Person"?');
      expect(direct['models Hose']?.stderr).toMatch('Did you mean "House"?');
    } finally {
      await server.stop();
      await test.drop();
    }
  }, 300_000);
});

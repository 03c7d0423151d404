/** Warnings in the terminal: ignored values are printed, and --strict makes any warning a failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nsync } from '../support/commandLine';

const FILES = {
  'good.csv': 'employee_id,first_name,last_name\nE1,Ada,King\n',
  'unknown.csv': 'employee_id,first_name,last_name,nick,hosues=>address\nE1,Ada,King,A,B\n',
  'warning.csv': 'employee_id,first_name,last_name,houses=>address\nE1,Ada,King,Nowhere\n',
  'flagless.csv': 'action_flags,employee_id,first_name,last_name\n,E1,Ada,King\n*,E2,Ada,King\n',
  'partly.csv': 'action_flags,match_on,employee_id,first_name,last_name\n,employee_id,E1,Ada,King\ncu,employee_id,E2,Ada,King\n',
}; // prettier-ignore

const IGNORED = 'UNKNOWN_FIELD: Column "nick" is ignored: Person has no such field.\nUNKNOWN_REFERENCE: Column "hosues=>address" is ignored: Person has no relation "hosues". Did you mean "houses"?\n'; // prettier-ignore
const FLAGLESS = 'flagless.csv: no row has action flags, so nothing was done. Add --flags, for example --flags cu.\n';
const NOT_FOUND = /^REFERENCE_NOT_FOUND houses warning\.csv: 1 row \(1\): Reference "houses" finds no House/;

describe('warnings in the terminal', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const CU = '--flags cu --match-on employee_id';
  it.each<[words: string, code: number, stderr: string | RegExp]>([
    [`good.csv ${CU} --strict --quiet`, 0, ''],
    [`unknown.csv ${CU} --quiet`, 0, IGNORED],
    [`unknown.csv ${CU} --quiet --strict`, 1, IGNORED],
    [`unknown.csv ${CU} --quiet --on-unknown-field fail`, 2, /^nsync: Nothing was synced, because onUnknownField is FAIL\. unknown\.csv: column "nick"/],
    [`warning.csv ${CU} --quiet`, 0, ''],
    [`warning.csv ${CU} --quiet --strict`, 1, NOT_FOUND],
    ['flagless.csv --quiet', 1, FLAGLESS],
    ['partly.csv --quiet', 0, ''],
    [`good.csv ${CU} --quiet --min-rows 1`, 0, ''],
    [`good.csv ${CU} --quiet --min-rows 2`, 2, /^nsync: Nothing was synced: the call has 1 row, but minRows is 2\./],
    [`good.csv ${CU} --min-rows two`, 2, /Use a whole number/],
  ])('sync-file HR Person %s', async (words, code, stderr) => {
    const env = { DATABASE_URL: 'sqlite:strict.sqlite', NSYNC_MODELS: 'demo' };
    const ended = await nsync(['sync-file', 'HR', 'Person', ...words.split(' ')], { cwd: folder, env });
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    if (typeof stderr === 'string') expect(ended.stderr).toBe(stderr);
    else expect(ended.stderr).toMatch(stderr);
  }); // prettier-ignore

  it('counts ignored columns as warnings', async () => {
    const env = { DATABASE_URL: 'sqlite:count.sqlite', NSYNC_MODELS: 'demo' };
    const { code, stdout } = await nsync(['sync-file', 'HR', 'Person', 'unknown.csv', ...CU.split(' ')], { cwd: folder, env }); // prettier-ignore
    expect(code).toBe(0);
    expect(stdout).toMatch(/Warnings\n.* 2\n/);
  });
});

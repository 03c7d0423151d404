/** Help, suggestions and completion, which come from one tree of commands. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { bashScript } from '../../src/cli/completion/bash';
import { zshScript } from '../../src/cli/completion/zsh';
import { makeProgram } from '../../src/cli/program';
import { bash, MAIN, nsync } from '../support/commandLine';
import { commandsOf } from '../support/commands';

const NAMES = ['serve', 'worker', 'sync-file', 'sync-files', 'runs', 'run', 'cancel', 'prune', 'mappings', 'object', 'systems', 'models', 'token', 'webhook', 'audit', 'whoami', 'doctor', 'migrate', 'completion']; // prettier-ignore

/** Only completion scripts call `complete`. */
const commands = makeProgram().commands.filter((command) => command.name() !== 'complete');

/** A command's help, with its examples. */
function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return help;
}

/** The words of a line in bash, up to a redirection. */
const wordsOf = (line: string): string[] =>
  execFileSync('bash', ['--norc', '-c', `nsync() { printf '%s\\n' "$@"; }; nsync ${line.replace(/ [<>|] .*/, '')}`], { encoding: 'utf8', env: { PATH: process.env.PATH } }) // prettier-ignore
    .trimEnd()
    .split('\n');

/** The packages that a script loads. It requires modules of the command line. */
function packagesOf(script: string): string[] {
  const listed = 'Object.keys(require.cache).join(`\\n`)';
  const files = execFileSync(process.execPath, ['-p', `${script}; ${listed}`], {
    cwd: dirname(MAIN),
    encoding: 'utf8',
  });
  return [...new Set([...files.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].map(([, name = '']) => name))];
}

describe('help', () => {
  it('names every command', () => {
    expect(commands.map((command) => command.name())).toEqual(NAMES);
    expect(commands.flatMap((command) => command.aliases())).toEqual(['syncfile', 'syncfiles']);
  });

  const typed = commandsOf(makeProgram()).filter(({ name }) => name !== 'complete');
  it.each(typed)('of $name has examples, which can be given as they are', async ({ name, command }) => {
    const help = helpOf(command);
    const lines = [...help.matchAll(/^ {2}\$ nsync (.*)$/gm)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const program = makeProgram();
      const called: string[] = [];
      for (const each of commandsOf(program)) each.command.action(() => void called.push(each.name));
      await program.parseAsync(wordsOf(line), { from: 'user' });
      expect({ line, called }).toEqual({ line, called: [name] });
    }
  });

  it('comes without loading what commands work with', async () => {
    const { code, stdout } = await nsync(['--help']);
    expect(code).toBe(0);
    for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^  ${name}[ |]`, 'm'));
    expect(packagesOf("require('./program.js').makeProgram()")).toEqual(['commander']);
  });

  it.each([
    [['rusn'], "unknown command 'rusn'\n(Did you mean one of run, runs?)"],
    [['sync_file', 'a', 'b', 'c'], '(Did you mean one of sync-file, syncfile?)'],
    [['runs', '--limt', '3'], "unknown option '--limt'\n(Did you mean --limit?)"],
    [['sync-file', 'a', 'b', 'c', '--on-error', 'rolback'], 'Did you mean "rollback"?'],
    [['runs', '--status', 'canceled'], 'Did you mean "cancelled"?'],
    [['runs', '--limit', 'ten'], 'Use a whole number.'],
    [['token', 'creat', 'hr'], "unknown command 'creat'\n(Did you mean create?)"],
    [['token', 'create', 'hr'], "required option '--allow <scope>' not specified"],
    [['token', 'create', 'hr', '--allow', 'read', '--expires', 'soon'], '90d, 12h, 2027-01-31'],
    [['token', 'create', 'hr', '--allow', 'read', '--expires', '2020-01-31'], 'Use a time in the future'],
    [['token', 'revoke'], "missing required argument 'name'"],
    [['audit', '--action', 'create_tokens'], 'Did you mean "create_token"?'],
    [['sync-file', 'a', 'b', 'c', '--order', 'create,update'], 'create,update,delete'],
    [['sync-file', 'a', 'b', 'c', '--column', 'x'], 'Employee No=employee_id'],
    [['sync-file', 'a', 'b'], "missing required argument 'file'"],
    [['completion', 'fish'], 'Allowed choices are bash, zsh'],
  ])('%j cannot run, and says what would', async (words, message) => {
    const { code, stdout, stderr } = await nsync(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

describe('completion', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-completion-'));
    writeFileSync(join(folder, 'nsync.bash'), bashScript(makeProgram()));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('prints a script that bash can read', async () => {
    const { code, stdout } = await nsync(['completion', 'bash']);
    expect([code, stdout]).toEqual([0, `${bashScript(makeProgram())}\n`]);
    expect((await bash('bash -n nsync.bash', { cwd: folder })).code).toBe(0);
  });

  it.each([
    ['nsync r', 'runs run'],
    ['nsync sync', 'sync-file syncfile sync-files syncfiles'],
    ['nsync runs --st', '--status'],
    [
      'nsync syncfile HR Person a.csv --on-',
      '--on-error --on-match-conflict --on-unresolved-reference --on-unknown-field',
    ],
    ['nsync sync-files a.csv --on-error ro', 'rollback'],
    ['nsync completion ', 'bash zsh'],
    ['nsync help mo', 'models'],
    ['nsync tok', 'token'],
    ['nsync token ', 'create list revoke'],
    ['nsync token cr', 'create'],
    ['nsync token create hr --al', '--allow'],
    ['nsync token list --q', '--quiet'],
    ['nsync audit --action revoke', 'revoke_token'],
    ['nsync runs --tok', '--token-file'],
    ['nsync sync-file HR Person pers', ''],
    ['nsync runs --system ', ''],
  ])('completes "%s" in bash', async (line, completed) => {
    const words = line.split(' ').map((word) => `'${word}'`).join(' '); // prettier-ignore
    const { stdout } = await bash(`. ./nsync.bash; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _nsync; echo "\${COMPREPLY[*]}"; complete -p nsync graphql-nsync`, { cwd: folder }); // prettier-ignore
    expect(stdout).toBe(`${completed}\ncomplete -o default -F _nsync nsync\ncomplete -o default -F _nsync graphql-nsync\n`); // prettier-ignore
  });

  it('tells zsh of every command and option', () => {
    const script = zshScript(makeProgram());
    expect(script).toMatch(/^#compdef nsync graphql-nsync\n/);
    for (const command of commands) {
      expect(script).toContain(`'${command.name()}:${command.summary()}'`);
      for (const { long, hidden } of command.options) if (!hidden) expect(script).toContain(long);
    }
    expect(script).not.toContain("'--token[");
    for (const name of ['create', 'list', 'revoke']) expect(script).toContain(`        token\\ ${name})\n`);
    expect(script).toContain("':command:(create list revoke)'");
    expect(script).toContain(
      "'--on-error[if a row fails, undo the run or keep the other rows]:value:(rollback continue)'",
    );
    expect(script).toContain("'*--header[");
  });
});

it('commands for a server load nothing of databases', () => {
  expect(packagesOf("require('./transports/open.js'); require('./transports/server.js')")).toEqual(['graphql']);
});

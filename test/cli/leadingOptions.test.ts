/** Options of databases and servers before the command, where people write them for `git` and `docker`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProgram } from '../../src/cli/program';
import { nsync, timeless } from '../support/commandLine';
import { commandsOf } from '../support/commands';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const TRANSPORT = ['--database', '--models', '--demo', '--server', '--header', '--token-file'];
/** Values for the options. */
const VALUES: Readonly<Record<string, string>> = { '--database': 'sqlite:x', '--models': 'demo', '--server': 'http://127.0.0.1:1', '--header': 'A: b', '--token-file': 'hr.token' }; // prettier-ignore
/** Required arguments of commands. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  'sync-file': ['HR', 'Person', 'a.csv'],
  'sync-files': ['a.csv'],
  run: ['1'],
  cancel: ['1'],
  object: ['Person', '1'],
  migrate: [],
  completion: ['bash'],
  complete: ['models'],
  'token create': ['hr', '--allow', 'read'],
  'token revoke': ['hr'],
  'webhook save': ['nightly', 'https://example.com/'],
  'webhook delete': ['nightly'],
  'webhook deliveries': ['nightly'],
};

/** The options of the command's call, or the reason why it is not called. */
async function called(words: readonly string[]): Promise<unknown> {
  const program = makeProgram().configureOutput({ writeErr: () => undefined });
  let given: unknown = 'nothing was called';
  for (const { command } of commandsOf(program)) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
    command.action(() => {
      given = command.opts();
    });
  }
  try {
    await program.parseAsync(words, { from: 'user' });
    return given;
  } catch (error) {
    return (error as Error).message;
  }
}

const commands = commandsOf(makeProgram()).map(({ name, command }) => ({
  name,
  own: command.options.flatMap(({ long }) => long ?? []),
}));

describe('options before the command', () => {
  it.each(commands.flatMap(({ name, own }) => TRANSPORT.map((flag) => [flag, name, own.includes(flag)] as const)))(
    '%s before %s: taken as after it (%s)',
    async (flag, name, isOwn) => {
      const option = [flag, ...(flag in VALUES ? [VALUES[flag] ?? ''] : [])];
      const args = [...name.split(' '), ...(ARGUMENTS[name] ?? [])];
      const before = await called([...option, ...args]);
      if (isOwn) expect([typeof before, before]).toEqual(['object', await called([...args, ...option])]);
      else expect(before).toBe(`error: "${name}" has no option ${flag}`);
    },
  );

  it.each([
    [['--demo', '--database', 'sqlite:x', 'runs'], /'--demo' cannot be used with option '--database <url>'/],
    [['--server', 'http://127.0.0.1:1', 'runs', '--demo'], /cannot be used with option/],
    [['--demo', 'runs', '--server', 'http://127.0.0.1:1'], /cannot be used with option/],
    [['--limit', '3', 'runs'], /unknown option '--limit'/],
  ])('%j is refused', async (words, message) => {
    expect(await called(words)).toMatch(message);
  });

  it('the option after the command counts if both are given', async () => {
    expect(await called(['--database', 'sqlite:a', 'runs', '--database', 'sqlite:b'])).toMatchObject({ database: 'sqlite:b' }); // prettier-ignore
  });

  describe('in a terminal', () => {
    let folder: string;
    let server: TestServer;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
      server = await serve(DATABASES[0]!);
    });
    afterAll(async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    });

    it.each<[string, () => string[]]>([
      ['a database', () => ['--database', 'sqlite:own.sqlite', '--models', 'demo']],
      ['the demo', () => ['--demo']],
      ['a server', () => ['--server', server.url, '--header', 'X-Who: me']],
    ])('work on %s', async (_name, transport) => {
      const sync = ['sync-file', 'HR', 'Tag', '-', '--flags', 'cu', '--match-on', 'label'];
      const first = await nsync([...transport(), ...sync], { cwd: folder, input: 'label\nHero\n' });
      expect(first.code).toBe(0);
      const [before, after] = [await nsync([...transport(), 'runs'], { cwd: folder }), await nsync(['runs', ...transport()], { cwd: folder })]; // prettier-ignore
      expect(before.stdout).toMatch(/^ *1 +COMPLETED .* Tag /m);
      expect({ ...before, stdout: timeless(before.stdout) }).toEqual({ ...after, stdout: timeless(after.stdout) });
    });
  });
});

/** Names of models and systems, completed by bash as it divides a line into words: those of a database or of a server. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bashScript } from '../../src/cli/completion/bash';
import { makeProgram } from '../../src/cli/program';
import { bash, nsync } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const SYSTEMS = ['HR', 'Dave’s list', "Dave's $HOME", 'Registry'];

/** The words of a line as bash has them in COMP_WORDS: signs of COMP_WORDBREAKS are words of their own, except in quotes. */
function compWords(line: string): string[] {
  const words = line.match(/"[^"]*"?|'[^']*'?|[:=]+|(?:\\.|[^\s:="'])+/g) ?? [];
  return /\s$/.test(line) ? [...words, ''] : words;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

describe('completion of names in bash', () => {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-completion-'));
    writeFileSync(join(folder, 'nsync.bash'), bashScript(makeProgram()));
    server = await serve(DATABASES[0]!);
    for (const transport of [['--demo'], ['--server', server.url]])
      for (const system of SYSTEMS) {
        const words = ['sync-file', system, 'Tag', '-', '--flags', 'cu', '--match-on', 'label', ...transport];
        expect((await nsync(words, { cwd: folder, input: 'label\nHero\n' })).code).toBe(0);
      }
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function complete(line: string, env: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const words = compWords(line).map(quoted).join(' ');
    const { stdout, stderr } = await bash(`. ./nsync.bash; COMP_LINE=${quoted(line)}; COMP_POINT=\${#COMP_LINE}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _nsync; printf '%s\\n' "\${COMPREPLY[@]}"`, { cwd: folder, env: { LC_ALL: 'C.UTF-8', NSYNC_COMPLETION_SECONDS: '50', ...env } }); // prettier-ignore
    expect(stderr).toBe('');
    return stdout.split('\n').filter((name) => name !== '');
  }

  const MODELS = ['House', 'Person', 'Tag'];
  const ESCAPED = ['Dave’s\\ list', "Dave\\'s\\ \\$HOME"];
  const transports: readonly [string, () => string][] = [
    ['--demo', () => '--demo'],
    ['--database sqlite:…', () => '--database sqlite:nsync-demo.sqlite --models demo'],
    ['--database=sqlite:…', () => '--database=sqlite:nsync-demo.sqlite --models=demo'],
    ['--server http:…', () => `--server ${server.url}`],
    ['--server=http:…', () => `--server=${server.url} --header "X-Who: me"`],
  ];

  it.each(transports)('with %s', async (_name, transport) => {
    const systems = (await complete(`nsync sync-file ${transport()} `)).map((name) => name.replaceAll('\\', ''));
    expect(systems.sort()).toEqual([...SYSTEMS].sort());
    expect(await complete(`nsync ${transport()} sync-file HR `)).toEqual(expect.arrayContaining(MODELS));
  });

  it.each<[string, readonly string[]]>([
    ['nsync sync-file --demo R', ['Registry']],
    ['nsync syncfile --demo R', ['Registry']],
    ['nsync sync-file --demo HR Pe', ['Person']],
    ['nsync sync-file --demo HR Person Pe', []],
    ['nsync sync-file --demo --flags cu HR Pe', ['Person']],
    ['nsync object --demo Ho', ['House']],
    ['nsync models --demo T', ['Tag']],
    ['nsync runs --demo --system R', ['Registry']],
    ['nsync mappings --demo --system R', ['Registry']],
    ['nsync mappings --demo --model Per', ['Person']],
    ['nsync sync-file --demo "Dave\'s', ["Dave's $HOME"]],
    ['nsync sync-file --demo Dave', ESCAPED],
    ['nsync sync-file --demo X', []],
    ['nsync sync-file --database sqlite:nowhere.sqlite R', []],
    ['nsync sync-file --server http://127.0.0.1:1 R', []],
    ['nsync sync-file R', []],
  ])('%s', async (line, names) => {
    expect((await complete(line)).sort()).toEqual([...names].sort());
  });

  it('waits no longer than NSYNC_COMPLETION_SECONDS for a server that does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    try {
      await once(silent, 'listening');
      const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      expect(await complete(`nsync models --server ${url} `, { NSYNC_COMPLETION_SECONDS: '0.2' })).toEqual([]);
    } finally {
      silent.close();
    }
  });
});

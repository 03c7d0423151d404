/** Input files: compressed, on stdin, in other encodings, or missing. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bash, type Ended, nsync, withoutTarget } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const PLAIN = 'Number;Name;Surname;Remarks\nEMP1;Zoë;Wayne;x\n';
const READ = ['--column', 'Number=employee_id', '--column', 'Name=first_name', '--column', 'Surname=last_name', '--ignore', 'Remarks', '--flags', 'cu*', '--match-on', 'employee_id', '--json']; // prettier-ignore

describe('files', () => {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    const [sqlite] = DATABASES;
    server = await serve(sqlite!);
    writeFileSync(join(folder, 'plain.csv'), PLAIN);
    writeFileSync(join(folder, 'plain.csv.gz'), gzipSync(PLAIN));
    writeFileSync(join(folder, 'broken.csv.gz'), gzipSync(PLAIN).subarray(0, 40));
    writeFileSync(join(folder, 'none.csv.gz'), PLAIN);
    writeFileSync(join(folder, 'latin.csv'), Buffer.from(PLAIN, 'latin1'));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const transports: readonly [string, () => string[]][] = [
    ['a database', () => ['--database', 'sqlite:files.sqlite', '--models', 'demo']],
    ['a server', () => ['--server', server.url]],
  ];

  const fileOf = ({ stdout }: Ended): unknown =>
    (JSON.parse(stdout) as { run: { sources: { file: string }[] } }).run.sources[0]?.file;

  describe.each(transports)('to %s', (_name, transport) => {
    it.each([
      ['plain.csv', [], 'plain.csv'],
      ['plain.csv.gz', [], 'plain.csv'],
      ['latin.csv', ['--encoding', 'latin1', '--delimiter', ';'], 'latin.csv'],
    ])('%s', async (file, options, recorded) => {
      const done = await nsync(['sync-file', 'HR', 'Person', file, ...READ, ...options, ...transport()], {
        cwd: folder,
      });
      expect([done.code, withoutTarget(done.stderr), fileOf(done)]).toEqual([0, '', recorded]);
      const { stdout } = await nsync(['object', 'Person', '1', '--json', ...transport()], { cwd: folder });
      expect(JSON.parse(stdout)).toMatchObject({ values: { first_name: 'Zoë', last_name: 'Wayne' } });
    });

    it('stdin, as -', async () => {
      const done = await nsync(['sync-file', 'HR', 'Person', '-', ...READ, ...transport()], {
        cwd: folder,
        input: PLAIN,
      });
      expect([done.code, withoutTarget(done.stderr), fileOf(done)]).toEqual([0, '', 'stdin']);
    });

    it('a pipe, which can be read only once', async () => {
      const words = ['sync-file', 'HR', 'Person', '<(cat plain.csv)', ...READ, ...transport()];
      const done = await bash(`nsync ${words.join(' ')}`, { cwd: folder });
      expect([done.code, withoutTarget(done.stderr)]).toEqual([0, '']);
    });

    it.each([
      ['missing.csv', 'nsync: missing.csv cannot be read: there is no such file\n'],
      ['.', 'nsync: . is a folder, not a file\n'],
      ['broken.csv.gz', 'nsync: broken.csv.gz cannot be unpacked: unexpected end of file\n'],
      ['none.csv.gz', 'nsync: none.csv.gz cannot be unpacked: incorrect header check\n'],
    ])('%s, which cannot be', async (file, message) => {
      const { code, stdout, stderr } = await nsync(['sync-file', 'HR', 'Person', file, ...READ, ...transport()], { cwd: folder }); // prettier-ignore
      expect([code, stdout, withoutTarget(stderr)]).toEqual([2, '', message]);
    });
  });

  it.each<[string, string[], RegExp]>([
    ['a server that is not there', ['--server', 'http://127.0.0.1:1'], /^nsync: The server http:\/\/127\.0\.0\.1:1\/graphql cannot be reached: .*ECONNREFUSED.*\n$/],
    ['an address that is none', ['--server', 'somewhere'], /^nsync: --server somewhere is not an address/],
    ['a header that is none', ['--server', 'http://127.0.0.1:1', '--header', 'Bearer'], /^nsync: --header "Bearer" is not a header/],
    ['a database that is not there', ['--database', 'mysql://root:secret@127.0.0.1:1/x', '--models', 'demo'], /^nsync: The database mysql:\/\/root:…@127\.0\.0\.1:1\/x cannot be reached/],
    ['an SQLite file that is not there', ['--database', 'sqlite:nowhere.sqlite', '--models', './models.js'], /^nsync: The database sqlite:nowhere\.sqlite cannot be reached: there is no file nowhere\.sqlite\n$/],
    ['a database and a server', ['--database', 'sqlite:x', '--server', 'http://127.0.0.1:1'], /cannot be used with option/],
  ])('do not start with %s', async (_name, transport, message) => {
    const { code, stdout, stderr } = await nsync(['sync-file', 'HR', 'Person', 'plain.csv', ...READ, ...transport], { cwd: folder });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  }); // prettier-ignore
});

/** The server as a process: its requirements, and the errors that prevent its start. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ask, ServerProcesses, type Started } from '../support/serverProcess';

const CLI = join(__dirname, '../../dist/src/cli/main.js');

const STRIPS_TYPES = (process.features as { readonly typescript?: unknown }).typescript === 'strip';
/** The error of a Node that cannot load TypeScript. */
const CANNOT_LOAD = /cannot load TypeScript\. Use Node 22\.18 or later, or compile the module\. Run "npx tsc/;

describe('the server process', () => {
  let processes: ServerProcesses;
  let folder: string;
  beforeAll(() => {
    processes = new ServerProcesses();
    ({ folder } = processes);
  });
  afterAll(() => processes.remove());
  const start = (environment: Readonly<Record<string, string>>): Started => processes.start(environment);

  it('serves models of an ES module and of a CommonJS module', async () => {
    const { ended, listening, child } = start({ DATABASE_URL: 'sqlite:own.sqlite', NSYNC_MODELS: 'demo' });
    await listening;
    child.kill('SIGTERM');
    await ended;
    writeFileSync(
      join(folder, 'models.mjs'),
      "import objection from 'objection';\nexport class Person extends objection.Model { static tableName = 'person'; }\n",
    );
    writeFileSync(
      join(folder, 'models.cjs'),
      "const { Model } = require('objection');\nclass Base extends Model {}\nexports.Base = Base;\nexports.Tag = class Tag extends Base { static tableName = 'tag'; };\n",
    );
    for (const [file, name] of [
      ['models.mjs', 'Person'],
      ['models.cjs', 'Tag'],
    ] as const) {
      const server = start({ DATABASE_URL: 'sqlite:own.sqlite', NSYNC_MODELS: join(folder, file) });
      expect(await ask(await server.listening, '{ models { name } }')).toEqual({ models: [{ name }] });
      server.child.kill('SIGTERM');
      expect((await server.ended).code).toBe(0);
    }
  });

  describe('does not start, and says why in a line,', () => {
    const refused = async (environment: Record<string, string>): Promise<string> => {
      const { code, stderr, stdout } = await start(environment).ended;
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).not.toMatch(/\n\s+at /);
      return stderr;
    };

    it.each<[string, Record<string, string>, RegExp]>([
      ['with an unknown scheme', { DATABASE_URL: 'postgre://x/y', NSYNC_MODELS: 'demo' }, /Did you mean "postgres:"/],
      ['with an unreachable database', { DATABASE_URL: 'mysql://root:secret@127.0.0.1:1/x', NSYNC_MODELS: 'demo' }, /mysql:\/\/root:…@127\.0\.0\.1:1\/x cannot be reached/],
      ['with an unreachable PostgreSQL', { DATABASE_URL: 'postgres://root@127.0.0.1:1/x', NSYNC_MODELS: 'demo' }, /cannot be reached/],
      ['with a file that cannot be', { DATABASE_URL: 'sqlite:/nowhere/at/all.sqlite', NSYNC_MODELS: 'demo' }, /cannot be reached/],
      ['without the models’ module', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './nothing.js' }, /NSYNC_MODELS \.\/nothing\.js cannot be used: Cannot find module/],
      ['with a module that throws', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './broken.cjs' }, /broken\.cjs cannot be used: it is broken/],
      ['with a module without models', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './none.cjs' }, /none\.cjs cannot be used/],
      ['with a model that has no table', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './lost.cjs' }, /lost\.cjs cannot be used: .*lost_table/],
      ['with types that are imported as values', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './values.ts' }, STRIPS_TYPES ? /Import types with "import type"/ : CANNOT_LOAD],
      ['with an enum in TypeScript', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './enum.ts' }, STRIPS_TYPES ? /not supported.* Run "npx tsc/ : CANNOT_LOAD],
      ['with a model module that throws a text', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './text.cjs' }, /text\.cjs cannot be used: the module throws "a text"/],
      ['with a model module that throws null', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './null.cjs' }, /null\.cjs cannot be used: the module throws null/],
      ['with a model module that throws without a word', { DATABASE_URL: 'sqlite:x.sqlite', NSYNC_MODELS: './mute.cjs' }, /mute\.cjs cannot be used: TypeError/],
      ['on SQLite without a file', { DATABASE_URL: 'sqlite:', NSYNC_MODELS: 'demo' }, /DATABASE_URL sqlite: names no file/],
      ['on SQLite in memory', { DATABASE_URL: 'sqlite::memory:', NSYNC_MODELS: 'demo' }, /DATABASE_URL sqlite::memory: is not supported/],
      ['without a database’s name', { DATABASE_URL: 'mysql://root@127.0.0.1', NSYNC_MODELS: 'demo' }, /DATABASE_URL mysql:\/\/root@127\.0\.0\.1 names no database/],
      ['with a URL that is none', { DATABASE_URL: 'mysql://root:p@ss:w@rd@127.0.0.1:99999/x', NSYNC_MODELS: 'demo' }, /DATABASE_URL mysql:\/\/root:…@127\.0\.0\.1:99999\/x is not a URL/],
      ['on a port that is none', { PORT: '99999' }, /PORT must be a whole number from 0 to 65535, not "99999"/],
      ['with a log level that is none', { LOG_LEVEL: 'wran' }, /Did you mean "warn"/],
      ['open to everyone', { HOST: '0.0.0.0' }, /no token exists.*"nsync token create NAME --allow admin", "nsync serve"/],
    ])('%s', async (_name, environment, message) => {
      writeFileSync(join(folder, 'broken.cjs'), "throw new Error('it is broken')");
      writeFileSync(join(folder, 'values.ts'), "import { Model, RelationMappings } from 'objection';\nexport class X extends Model { static map = (): RelationMappings => ({}); }");
      writeFileSync(join(folder, 'enum.ts'), 'export enum Kind { A }');
      writeFileSync(join(folder, 'text.cjs'), "throw 'a text'");
      writeFileSync(join(folder, 'null.cjs'), 'throw null');
      writeFileSync(join(folder, 'mute.cjs'), 'throw new TypeError()');
      writeFileSync(join(folder, 'none.cjs'), 'exports.x = 1;');
      writeFileSync(join(folder, 'lost.cjs'), "const { Model } = require('objection');\nexports.Lost = class Lost extends Model { static tableName = 'lost_table'; };");
      expect(await refused(environment)).toMatch(message);
    }); // prettier-ignore

    it('on a taken port', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      expect(await refused({ PORT: String(port) })).toMatch(
        `Port ${port} of 127.0.0.1 cannot be used: another program uses the port`,
      );
      other.close();
    });
  });

  it('migrates up and down, and no other way', async () => {
    const migrate = async (...words: string[]) => {
      const { PATH = '' } = process.env;
      const env = { PATH, DATABASE_URL: 'sqlite:migrate.sqlite' };
      const child = spawn(process.execPath, [CLI, 'migrate', ...words], { cwd: folder, env });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      const [code] = (await once(child, 'close')) as [number];
      return [code, stderr, stdout];
    };
    const database = 'Database: sqlite:migrate.sqlite\n';
    expect(await migrate()).toEqual([0, database, expect.stringContaining('own_tables')]);
    expect(await migrate('up')).toEqual([0, database, 'Nothing to do.\n']);
    expect(await migrate('foo')).toEqual([2, expect.stringContaining('Allowed choices are up, down'), '']);
    expect(await migrate('down')).toEqual([
      2,
      `${database}nsync: This would remove all systems, mappings and runs. Add --yes to confirm.\n`,
      '',
    ]);
    expect(await migrate('down', '--yes')).toEqual([0, database, expect.stringContaining('own_tables')]);
  });

  it('lets everyone in where it is told that something guards it', async () => {
    const { child, ended, listening } = start({ HOST: '0.0.0.0', NSYNC_INSECURE: '1' });
    expect(await listening).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/graphql$/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  });
});

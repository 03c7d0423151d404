/** The server as a process: what stops it from starting, and how it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const MAIN = join(ROOT, 'dist/src/server/main.js');
const CLI = join(ROOT, 'dist/src/cli/main.js');

const STRIPS_TYPES = (process.features as { readonly typescript?: unknown }).typescript === 'strip';
/** Of a Node that cannot load TypeScript. */
const CANNOT_LOAD = /cannot load TypeScript\. Use Node 22\.18 or later, or compile the module\. Run "npx tsc/;

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly stdout: string;
}

describe('the server process', () => {
  let folder: string;
  const running: ChildProcess[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-process-'));
    // A user's project has Objection installed.
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(ROOT, 'node_modules/objection'), join(folder, 'node_modules/objection'));
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function start(environment: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [MAIN], {
      cwd: folder,
      env: { PATH, HOME, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    });
    running.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    const ended = once(child, 'close').then(([code]): Ended => ({ code: code as number | null, stdout, stderr }));
    const listening = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => {
        const url = /GraphQL +(http:\S+)/.exec(stdout)?.[1];
        if (url) resolve(url);
      });
      child.on('close', () => reject(new Error(stderr)));
    });
    listening.catch(() => undefined);
    return { child, ended, listening };
  }

  const ask = async (url: string, query: string): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return ((await response.json()) as { data: unknown }).data;
  };

  it('starts with nothing set on a demo database of its own, and prints a mutation that works', async () => {
    const { child, ended, listening } = start({});
    const url = await listening;
    expect(await ask(url, '{ models { name } }')).toEqual({
      models: ['Car', 'House', 'Person', 'Tag'].map((name) => ({ name })),
    });
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Playground +http:\/\/127\.0\.0\.1:\d+\//);
    const body = /-d '(.*)'/.exec(stdout)?.[1] ?? '';
    const again = start({});
    const answer = await ask(await again.listening, (JSON.parse(body) as { query: string }).query);
    expect(answer).toMatchObject({ syncRows: { run: { status: 'COMPLETED' }, outcomes: [{ status: 'CREATED' }] } });
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  it('lets a running request finish when it is told to stop', async () => {
    const { child, ended, listening } = start({ DATABASE_URL: 'sqlite:stop.sqlite', NSYNC_MODELS: 'demo' });
    const url = await listening;
    const rows = Array.from(
      { length: 8000 },
      (_, i) => `{externalKey:"${i}",values:{employee_id:"${i}",first_name:"A",last_name:"B"}}`,
    ).join();
    const answer = ask(
      url,
      `mutation { syncRows(input: {system: "S", model: "Person", defaults: {actionFlags: "cu", matchOn: ["employee_id"]}, rows: [${rows}]}) { run { status counts { created } } } }`,
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.kill('SIGTERM');
    expect(await answer).toMatchObject({ syncRows: { run: { status: 'COMPLETED', counts: { created: 8000 } } } });
    expect((await ended).code).toBe(0);
  });

  it('ends in its time though half of an upload is there', async () => {
    const environment = { DATABASE_URL: 'sqlite:half.sqlite', NSYNC_MODELS: 'demo', NSYNC_STOP_SECONDS: '1' };
    const { child, ended, listening } = start(environment);
    const sent = request(await listening, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'apollo-require-preflight': '1' },
    });
    sent.on('error', () => undefined);
    const coming = setInterval(() => sent.write('x'.repeat(1000)), 20);
    await once(sent, 'socket');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const began = performance.now();
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    clearInterval(coming);
    expect(performance.now() - began).toBeLessThan(9000);
  });

  it('stops a run that takes longer than its time, between two chunks', async () => {
    const environment = { DATABASE_URL: 'sqlite:stopped.sqlite', NSYNC_MODELS: 'demo', NSYNC_STOP_SECONDS: '0' };
    const { child, ended, listening } = start(environment);
    const url = await listening;
    const csv = `employee_id,first_name,last_name\n${Array.from({ length: 300_000 }, (_, i) => `${i},A,B\n`).join('')}`;
    const answer = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          'mutation ($csv: String!) { syncCsv(input: {system: "S", model: "Person", defaults: {actionFlags: "cu", matchOn: ["employee_id"]}, csv: $csv}) { run { status } } }',
        variables: { csv },
      }),
    }).then((response) => response.json() as Promise<{ errors?: { extensions: { code: string } }[] }>);
    const isRunning = async (): Promise<boolean> =>
      JSON.stringify(await ask(url, '{ runs(statuses: [RUNNING]) { totalCount } }')).includes('1');
    while (!(await isRunning())) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    expect((await answer).errors?.[0]?.extensions.code).toBe('CANCELLED');
    expect((await ended).code).toBe(0);
    const again = start(environment);
    expect(
      await ask(await again.listening, '{ runs { nodes { status } } objects(model: "Person") { totalCount } }'),
    ).toEqual({
      runs: { nodes: [{ status: 'CANCELLED' }] },
      objects: { totalCount: 0 },
    });
    again.child.kill('SIGTERM');
    await again.ended;
  });

  it('leaves nothing of an upload or of its outcomes on disk, however it ends', async () => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const environment = { DATABASE_URL: 'sqlite:killed.sqlite', NSYNC_MODELS: 'demo', TMPDIR: temporary };
    const { child, ended, listening } = start(environment);
    const sent = request(await listening, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'apollo-require-preflight': '1' },
    });
    sent.on('error', () => undefined);
    const part = (name: string, content: string): string =>
      `--b\r\ncontent-disposition: form-data; name="${name}"${name === '0' ? '; filename="p.csv"' : ''}\r\n\r\n${content}\r\n`;
    const query =
      'mutation ($f: Upload!) { syncCsv(input: {system: "S", model: "Person", file: $f}) { run { status } } }';
    sent.write(part('operations', JSON.stringify({ query, variables: { f: null } })));
    sent.write(part('map', '{"0": ["variables.f"]}'));
    sent.write(part('0', 'employee_id\n'.repeat(100_000)));
    const isSpooling = (): boolean =>
      readdirSync(`/proc/${child.pid}/fd`).some((descriptor) => {
        try {
          return readlinkSync(`/proc/${child.pid}/fd/${descriptor}`).startsWith(temporary);
        } catch {
          return false;
        }
      });
    if (existsSync('/proc/self/fd'))
      for (let tries = 0; tries < 500 && !isSpooling(); tries += 1) await new Promise((wait) => setTimeout(wait, 10));
    child.kill('SIGKILL');
    await ended;
    const again = start(environment);
    await again.listening;
    expect(readdirSync(temporary)).toEqual([]);
    again.child.kill('SIGTERM');
    await again.ended;
  });

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
      ['open to everyone', { HOST: '0.0.0.0' }, /NSYNC_INSECURE=1/],
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

/** Tokens on the command line: created, used, listed, revoked, and never shown. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, nsync, timeless, withoutTarget } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const SECRET = /^nsync_[\w-]{43}\n$/;
const CREATED = /^Token \S+ allows .*\. The secret is shown only now: store it in a file or a secret store\.\n$/;

describe('tokens of a server', () => {
  let folder: string;
  let server: TestServer;
  let database: string[];
  const secrets: string[] = [];

  const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    nsync(args, { cwd: folder, env });
  const onServer = (args: readonly string[], token?: string): Promise<Ended> =>
    run(['--server', server.url, ...(token ? ['--token-file', `${token}.token`] : []), ...args]);
  async function create(name: string, ...options: string[]): Promise<string> {
    const { code, stdout, stderr } = await run([...database, 'token', 'create', name, ...options]);
    expect([code, stdout, withoutTarget(stderr)]).toEqual([0, expect.stringMatching(SECRET), expect.stringMatching(CREATED)]); // prettier-ignore
    writeFileSync(join(folder, `${name}.token`), stdout);
    secrets.push(stdout.trim());
    return stdout.trim();
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    writeFileSync(join(folder, 'tags.csv'), 'label\nHero\n');
    server = await serve(DATABASES[0]!);
    database = ['--database', server.databaseUrl, '--models', 'demo'];
    await create('ops', '--allow', 'admin');
    await create('hr', '--allow', 'sync:HR/tag:cu', '--expires', '2099-01-31');
  }, 300_000);
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('a token lets its commands in, and no others', async () => {
    const sync = ['sync-file', 'HR', 'Tag', 'tags.csv', '--match-on', 'label', '--flags'];
    expect(await onServer([...sync, 'cu', '--quiet'], 'hr')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await onServer([...sync, 'd'], 'hr')).stderr).toMatch(
      /sync:HR\/Tag:d.*--token-file PATH or NSYNC_TOKEN\.$/m,
    );
    expect((await onServer(['whoami'], 'hr')).stdout).toBe('Name     hr\nAllowed  sync:HR/Tag:cu\n');
    const { code, stdout, stderr } = await onServer(['token', 'list'], 'hr');
    expect([code, stdout, withoutTarget(stderr)]).toEqual([2, '', 'nsync: Query.tokens requires the scope admin. Use a token with this scope: --token-file PATH or NSYNC_TOKEN.\n']); // prettier-ignore
  });

  it('NSYNC_TOKEN is a token too; --token-file goes first', async () => {
    const whoami = ['--server', server.url, 'whoami', '--json'];
    const env = { NSYNC_TOKEN: readFileSync(join(folder, 'hr.token'), 'utf8') };
    expect((await run(whoami, env)).stdout).toBe('{"name":"hr","scopes":["sync:HR/Tag:cu"]}\n');
    expect((await run([...whoami, '--token-file', 'ops.token'], env)).stdout).toBe(
      '{"name":"ops","scopes":["admin"]}\n',
    );
    // A setting for clients only, which the server's check of settings must accept.
    expect((await run([...database, 'whoami', '--quiet'], env)).stdout).toBe('database\n');
  });

  it('an administrator works through the server', async () => {
    const { code, stdout } = await onServer(
      ['token', 'create', 'night', '--allow', 'read', '--json', '--quiet'],
      'ops',
    );
    const token = JSON.parse(stdout) as Record<string, unknown>;
    expect([code, token]).toEqual([0, expect.objectContaining({ name: 'night', scopes: ['read'], expiresAt: null, secret: expect.stringMatching(/^nsync_/) as unknown })]); // prettier-ignore
    writeFileSync(join(folder, 'night.token'), `${token.secret as string}\r\n`);
    secrets.push(token.secret as string);
    expect((await onServer(['whoami', '--quiet'], 'night')).stdout).toBe('night\n');
    expect(timeless((await onServer(['token', 'revoke', 'night'], 'ops')).stdout)).toBe('Token night is revoked since 2026-01-31T08:05:00Z.\n'); // prettier-ignore
    const refused = await onServer(['whoami'], 'night');
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, '', `nsync: The server ${server.url}/graphql refuses the token. Token night was revoked. Check --token-file or NSYNC_TOKEN.\n`]); // prettier-ignore

    const list = timeless((await onServer(['token', 'list'], 'ops')).stdout);
    expect(list).toMatch(/^Name +Secret +State +Allows +Created +Expires +Last used\n/);
    expect(list).toMatch(/^hr +nsync_\S{6}… +valid +sync:HR\/Tag:cu +\S+Z +2026-01-31T08:05:00Z/m);
    expect(list).toMatch(/^night +nsync_\S{6}… +revoked +read /m);
    expect((await onServer(['token', 'list', '--quiet'], 'ops')).stdout).toBe('ops\nhr\nnight\n');
    const audit = await onServer(['audit', '--action', 'create_token', '--action', 'revoke_token', '--json'], 'ops');
    const events = audit.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    expect(events.map(({ actor, action, subject }) => [actor, action, subject])).toEqual([
      ['ops', 'REVOKE_TOKEN', 'night'],
      ['ops', 'CREATE_TOKEN', 'night'],
      [null, 'CREATE_TOKEN', 'hr'],
      [null, 'CREATE_TOKEN', 'ops'],
    ]);
    expect((await onServer(['audit', '--actor', 'ops', '--limit', '1'], 'ops')).stdout).toMatch(/ ops +REVOKE_TOKEN +night /); // prettier-ignore
    for (const secret of secrets) for (const { stdout: shown } of [audit, refused]) expect(shown).not.toContain(secret);
  });

  it('says how to send a token', async () => {
    const { code, stdout, stderr } = await onServer(['runs']);
    expect([code, stdout, stderr]).toEqual([2, '', `nsync: The server ${server.url}/graphql requires a token. Give the token with --token-file PATH or in NSYNC_TOKEN.\n`]); // prettier-ignore
  });

  it.each<[string, string[], RegExp]>([
    ['a secret on the command line', ['--token', 'nsync_abc'], /--token would show the secret to every user/],
    ['a secret after =', ['--token=nsync_abc'], /--token would show the secret to every user/],
    ['a secret in a header', ['--header', 'Authorization: Bearer nsync_abc'], /--header would show the token to every/],
    ['a missing file', ['--token-file', 'none'], /--token-file none cannot be read: there is no such file$/m],
    ['a file of something else', ['--token-file', 'tags.csv'], /--token-file tags\.csv contains no token\./],
    ['no server', ['--token-file', 'hr.token', '--database', 'sqlite:x'], /cannot be used with option/],
  ])('refuses %s, without quoting it', async (_name, options, message) => {
    const target = options.includes('--database') ? [] : ['--server', server.url];
    for (const args of [
      [...target, ...options, 'runs'],
      ['runs', ...target, ...options],
    ]) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
      expect(stderr).not.toMatch(/nsync_abc|Hero/);
    }
  });

  it('completes models and systems of a token that may only sync', async () => {
    const complete = (kind: string): Promise<Ended> => onServer(['complete', kind], 'hr');
    expect((await complete('models')).stdout).toBe('Tag\n');
    expect((await complete('systems')).stdout).toBe('HR\n');
  });
});

it('warns before a token goes to another computer without encryption', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
  writeFileSync(join(folder, 'hr.token'), 'nsync_abc\n');
  // Answers like a proxy in front of a server.
  const proxy = createServer((_request, response) => response.writeHead(401).end('who are you?'));
  await new Promise<void>((resolve) => void proxy.listen(0, '0.0.0.0', resolve));
  const { port } = proxy.address() as AddressInfo;
  try {
    for (const [host, warning] of [
      ['127.0.0.1', ''],
      ['localhost', ''],
      ['0.0.0.0', `Warning: the token goes to http://0.0.0.0:${port} without encryption. Use https://.\n`],
    ]) {
      // prettier-ignore
      const url = `http://${host}:${port}`;
      const { code, stderr } = await nsync(['runs', '--server', url, '--token-file', 'hr.token'], { cwd: folder });
      expect([code, stderr]).toEqual([2, `${warning}nsync: ${url}/graphql refuses the request (HTTP 401). Give the token with --token-file PATH or in NSYNC_TOKEN. Use --header for other kinds of authentication.\n`]); // prettier-ignore
    }
  } finally {
    proxy.close();
    rmSync(folder, { recursive: true });
  }
});

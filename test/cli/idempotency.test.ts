/** R49: `--idempotency-key`, on a database and through a server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nsync, withoutTarget } from '../support/commandLine';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const [sqlite] = DATABASES;
if (!sqlite) throw new Error('SQLite is always there');

describe('R49: --idempotency-key', () => {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    writeFileSync(join(folder, 'HR_app_Tag.csv'), 'action_flags,match_on,label\ncu,label,urgent\n');
    server = await serve(sqlite);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(['a database', 'a server'])('names a sync, which is repeated on %s without being run again', async (where) => {
    const target = where === 'a server' ? ['--server', server.url] : ['--database', 'sqlite:keys.sqlite', '--models', 'demo']; // prettier-ignore
    const sync = (...args: string[]) => nsync([...args, '--idempotency-key', 'nightly', ...target], { cwd: folder });
    const first = await sync('sync-file', 'HR', 'Tag', 'HR_app_Tag.csv', '--json');
    const again = await sync('sync-file', 'HR', 'Tag', 'HR_app_Tag.csv', '--json');
    expect([first.code, withoutTarget(first.stderr)]).toEqual([0, '']);
    expect([again.code, withoutTarget(again.stderr)]).toEqual([0, 'An earlier sync with this key started run 1. Nothing was run again.\n']); // prettier-ignore
    expect(again.stdout).toBe(first.stdout.replace('"replayed":false', '"replayed":true'));
    const other = await sync('sync-files', 'HR_app_Tag.csv');
    expect([other.code, withoutTarget(other.stderr)]).toEqual([2, expect.stringContaining('The idempotency key "nightly" belongs to run 1')]); // prettier-ignore
  }); // prettier-ignore
});

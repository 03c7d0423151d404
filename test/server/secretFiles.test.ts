/** Secret settings in files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET_SETTINGS } from '../../src/server/secretFiles';
import { readSettings, SettingsError } from '../../src/server/settings';
import { nsync } from '../support/commandLine';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'nsync-secrets-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const path = join(folder, 'secret');
  writeFileSync(path, text);
  return path;
}

describe('DATABASE_URL_FILE', () => {
  it.each(['sqlite:staff.sqlite', 'sqlite:staff.sqlite\n', 'sqlite:staff.sqlite\r\n'])('contains %j', (text) => {
    const settings = readSettings({ DATABASE_URL_FILE: fileWith(text) });
    expect(settings).toEqual(readSettings({ DATABASE_URL: 'sqlite:staff.sqlite' }));
  });

  it('has no effect if it is empty', () => {
    expect(readSettings({ DATABASE_URL_FILE: ' ', DATABASE_URL: 'sqlite:staff.sqlite' }).databaseUrl).toBe('sqlite:staff.sqlite'); // prettier-ignore
  });

  it('is refused beside DATABASE_URL', () => {
    expect(() => readSettings({ DATABASE_URL_FILE: fileWith('sqlite:a'), DATABASE_URL: 'sqlite:b' })).toThrow(
      'DATABASE_URL and DATABASE_URL_FILE are both set. Remove one of them',
    );
  });

  it('names a file that does not exist', () => {
    expect(() => readSettings({ DATABASE_URL_FILE: join(folder, 'none') })).toThrow(
      `DATABASE_URL_FILE ${join(folder, 'none')} cannot be read: there is no such file`,
    );
  });

  it('names a folder', () => {
    expect(() => readSettings({ DATABASE_URL_FILE: folder })).toThrow(
      `DATABASE_URL_FILE ${folder} cannot be read: EISDIR`,
    );
  });
});

describe.each(SECRET_SETTINGS)('the file of %s', (name) => {
  it.each([
    ['', /_FILE \S+ is empty/],
    ['\n', /_FILE \S+ is empty/],
    ['mysql://root:topsecret@db/a\npostgres://root:topsecret@db/b\n', /_FILE \S+ has several lines/],
  ])('%j is refused, and its content is not repeated', (text, message) => {
    const read = (): unknown => readSettings({ [`${name}_FILE`]: fileWith(text) });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/topsecret/);
  });
});

describe('commands', () => {
  it('work on the database of the file', async () => {
    const env = { DATABASE_URL_FILE: fileWith(`sqlite:${join(folder, 'staff.sqlite')}\n`), NSYNC_MODELS: 'demo' };
    const { code, stderr } = await nsync(['migrate'], { env });
    expect(stderr).toBe(`Database: sqlite:${join(folder, 'staff.sqlite')}\n`);
    expect(code).toBe(0);
  });

  it('do not read the file if --database is given', async () => {
    const env = { DATABASE_URL_FILE: join(folder, 'none') };
    const url = `sqlite:${join(folder, 'other.sqlite')}`;
    expect(await nsync(['migrate', '--database', url], { env })).toMatchObject({
      code: 0,
      stderr: `Database: ${url}\n`,
    });
    expect(await nsync(['migrate'], { env })).toMatchObject({
      code: 2,
      stderr: `nsync: DATABASE_URL_FILE ${join(folder, 'none')} cannot be read: there is no such file\n`,
    });
  });
});

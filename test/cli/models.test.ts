/** `nsync models` on tables that nsync did not create. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { nsync } from '../support/commandLine';

describe('nsync models without any code', () => {
  let folder: string;
  const env = { DATABASE_URL: 'sqlite:theirs.sqlite' };
  const tables = (): unknown[] => {
    const database = new Database(join(folder, 'theirs.sqlite'), { readonly: true });
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name");
    const found = names.pluck().all();
    database.close();
    return found;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'nsync-cli-'));
    new Database(join(folder, 'theirs.sqlite'))
      .exec(
        'CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss_id INTEGER REFERENCES staff (id)); CREATE TABLE notes (text TEXT); CREATE VIEW bosses AS SELECT * FROM staff',
      )
      .close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('--objection prints classes, and makes no table for it', async () => {
    const { code, stdout, stderr } = await nsync(['models', '--objection'], { cwd: folder, env });
    expect([code, stderr]).toEqual([0, 'Database: sqlite:theirs.sqlite\n']);
    expect(stdout).toMatch("import { Model, type RelationMappings } from 'objection';");
    expect(stdout).toMatch(/export class Staff extends Model \{\n {2}static override tableName = 'staff';/);
    expect(tables()).toEqual(['bosses', 'notes', 'staff']);
  });

  it('--objection needs the database itself', async () => {
    const { code, stderr } = await nsync(['models', '--objection', '--server', 'http://127.0.0.1:1'], { cwd: folder });
    expect([code, stderr]).toEqual([2, "error: option '--objection' cannot be used with option '--server <url>'\n"]);
  });

  it('lists every table, and says why one cannot be synced', async () => {
    const { code, stdout } = await nsync(['models'], { cwd: folder, env });
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      ['Model', 'Table', 'Id', 'Fields', 'Relations', 'Objects', 'Cannot be synced'],
      ['bosses', 'bosses', '3', '0', 'The table is a view.'],
      ['notes', 'notes', '1', '0', 'The table has no primary key, and no unique key with NOT NULL columns only.'],
      ['staff', 'staff', 'id', '3', 'boss, staff', '0'],
      [''],
    ]);
  });
});

/** A database in normal use has no problem, and the checks write nothing. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../src/database';
import { CHECKS } from '../../src/doctor';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { goOn, makeHistory } from '../upgrade/history';
import { demoEngine, examined, lines, tag } from './support';

const ALL_WELL = CHECKS.map(({ name, about }) => ({ check: name, about, status: 'OK', reason: null, findings: [] }));

describe.each(DATABASES)('a healthy database of $name', (kind) => {
  let server: TestServer;
  beforeEach(async () => {
    server = await serve(kind);
  });
  afterEach(() => server.stop());

  it('has no findings, whatever runs did', async () => {
    expect(await examined(server.databaseUrl)).toEqual(ALL_WELL);
    await makeHistory(server);
    expect(await examined(server.databaseUrl)).toEqual(ALL_WELL);
    await goOn(server);
    expect(await examined(server.databaseUrl)).toEqual(ALL_WELL);
  });

  it('has none after objects were deleted by runs, the newest first', async () => {
    const engine = await demoEngine(kind);
    const { url } = engine.test;
    await engine.sync('Tag', ['a', 'b', 'c'].map(tag));
    await engine.sync('Tag', [{ ...tag('c'), $flags: 'd' }]);
    expect(await lines(url)).toEqual([]);
    await engine.sync('Tag', ['a', 'b'].map((key) => ({ ...tag(key), $flags: 'd' }))); // prettier-ignore
    expect(await lines(url)).toEqual([]);
    await engine.sync('Tag', [tag('d')], { onError: 'ROLLBACK' });
    await engine.sync('Tag', [tag('e')], { dryRun: true });
    await engine.sync('Tag', [tag('f'), { ...tag('g'), label: null }], { onError: 'ROLLBACK' });
    expect(await lines(url)).toEqual([]);
    await engine.close();
  });

  it('is opened only to read', async () => {
    const database = openDatabase(server.databaseUrl, 0, true);
    try {
      await expect(database.knex('tag').insert({ label: 'x' })).rejects.toThrow(/read.?only/i);
      await expect(database.reader.raw('CREATE TABLE x (id integer)')).rejects.toThrow(/read.?only/i);
      expect(await database.reader('tag')).toEqual([]);
    } finally {
      await database.close();
    }
  });
});

it('a file of SQLite stays as it is, byte for byte, and none is created', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nsync-doctor-'));
  const file = join(folder, 'demo.sqlite');
  const hash = (): string => createHash('sha256').update(readFileSync(file)).digest('hex');
  try {
    await expect(examined(`sqlite:${file}`)).rejects.toThrow(/unable to open/);
    const server = await serve({
      name: 'SQLite',
      create: () => {
        const database = openDatabase(`sqlite:${file}`);
        return Promise.resolve({ url: `sqlite:${file}`, database, drop: () => database.close() });
      },
    });
    await makeHistory(server);
    await server.stop();
    const before = hash();
    expect(await lines(`sqlite:${file}`)).toEqual([]);
    expect(hash()).toBe(before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** R44: the rows of a short run are asked for together with its locks, and what they find is true once the models are locked. */
import { type Database, openDatabase } from '../../src/database';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { deleteSystem, lockModels, saveSystem } from '../../src/records';
import { SyncEngine } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { eventually } from '../support/eventually';
import { interceptStatements, textOf } from '../support/interceptedDriver';
import { requestOf } from '../support/tagRuns';

const now = (): string => new Date().toISOString();

describe.each(DATABASES)('R44: the rows of a short run on $name', (kind) => {
  let test: TestDatabase;
  let own: Database;
  /** The database as another process has it. */
  let other: Database;
  let engine: SyncEngine;
  /** The statements that the engine has sent. */
  let sent: string[];
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    own = openDatabase(test.url);
    other = openDatabase(test.url);
    sent = [];
    interceptStatements(own.knex, (connection, send, given) => {
      sent.push(textOf(given[0]));
      return send.apply(connection, given);
    });
    engine = new SyncEngine(own, await readCatalog(own, [Tag]));
  });
  afterEach(async () => {
    await own.close();
    await other.close();
    await test.drop();
  });

  const statusesOf = async (...names: readonly string[]): Promise<string[]> => {
    const { outcomes } = await engine.run(requestOf(names));
    return outcomes.flat().map(({ status }) => status);
  };

  /** System, key and label of all mappings. */
  const mappings = async (): Promise<string[]> => {
    const labels = new Map<string, string>();
    for (const { id, label } of (await other.knex('tag').select('id', 'label')) as { id: number; label: string }[])
      labels.set(String(id), label);
    const rows = (await other
      .knex('nsync_external_key_mappings as m')
      .join('nsync_external_systems as s', 's.id', 'm.external_system_id')
      .select('s.name', 'm.external_key', 'm.object_id')) as Record<string, string>[];
    return rows.map((row) => `${row.name}: ${row.external_key} → ${labels.get(row.object_id ?? '')}`).sort();
  };

  it('are read after the models are locked', async () => {
    expect(await statusesOf('first')).toEqual(['CREATED']);
    sent.length = 0;
    let late: Promise<string[]> | undefined;
    await other.knex.transaction(async (trx) => {
      await other.dialect.beginSync(trx);
      await lockModels(trx, other.dialect, ['Tag'], null, () => Promise.resolve({}));
      late = statusesOf('first', 'second');
      await eventually('the run waits for the lock', () => sent.find((sql) => /nsync_locks/.test(sql)));
      await trx('tag').insert({ label: 'second' });
      await trx('nsync_external_key_mappings').delete();
    });
    // Both tags exist, and neither has a key any more.
    expect(await late).toEqual(['UNCHANGED', 'UNCHANGED']);
    expect(await mappings()).toEqual(['HR: key first → first', 'HR: key second → second']);
    const [lock = NaN, rows = NaN] = [/nsync_locks/, /from .*tag/i].map((part) => sent.findIndex((sql) => part.test(sql))); // prettier-ignore
    expect(lock).toBeLessThan(rows);
  });

  it.each<[string, () => Promise<unknown>, string[]]>([
    ['renamed', () => saveSystem(other, { name: 'HR', newName: 'Old' }, now()), ['HR: key a → a', 'Old: key a → a']],
    ['deleted', () => deleteSystem(other, 'HR', true), ['HR: key a → a']],
    [
      'replaced by another one',
      async () => {
        await saveSystem(other, { name: 'HR', newName: 'Old' }, now());
        await saveSystem(other, { name: 'HR' }, now());
      },
      ['HR: key a → a', 'Old: key a → a'],
    ],
  ])('are those of a system that was %s meanwhile', async (_how, change, expected) => {
    expect(await statusesOf('a')).toEqual(['CREATED']);
    expect(await statusesOf('a')).toEqual(['UNCHANGED']);
    await change();
    expect(await statusesOf('a')).toEqual(['UNCHANGED']);
    expect(await mappings()).toEqual(expected);
  });
});

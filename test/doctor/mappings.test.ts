/** Mappings to objects and models that do not exist, and tables from backups of different times. */
import { DATABASES } from '../support/databases';
import type { TestEngine } from '../support/engine';
import { demoEngine, findings, line, lines, run, tag } from './support';

const KEYS = ['a', 'b', 'c', 'd', 'e'];
const GONE = 'that run 1 created do not exist, and no run deleted them.';

describe.each(DATABASES)('mappings on $name', (kind) => {
  let engine: TestEngine;
  let url: string;
  beforeEach(async () => {
    engine = await demoEngine(kind);
    ({ url } = engine.test);
    await engine.sync('Tag', KEYS.map(tag));
    await engine.sync('Person', [{ $match: 'employee_id', $key: 'p', employee_id: 'E1', first_name: 'A', last_name: 'B' }]); // prettier-ignore
  });
  afterEach(() => engine.close());

  const sql = (...statements: readonly string[]): Promise<void> => run(engine.test, ...statements);
  /** Sets the counter back, as a dump of the table does. */
  const setCounterBack: Record<string, string[]> = {
    SQLite: [`UPDATE sqlite_sequence SET seq = 1 WHERE name = 'tag'`],
    MariaDB: ['ALTER TABLE tag AUTO_INCREMENT = 1'],
    PostgreSQL: [`SELECT setval('tag_id_seq', 1)`],
  };

  it('dangle if another program deletes their objects, until a sync repairs them', async () => {
    await sql(`DELETE FROM tag WHERE label IN ('b', 'd')`);
    const [found, ...others] = await findings(url);
    expect(others).toEqual([]);
    expect(line(found!)).toBe('mappings WARNING 2: 2 mappings of Tag point to objects that do not exist.');
    expect(found!.examples).toEqual(['Test b -> 2', 'Test d -> 4']);
    expect(found!.advice).toMatch(/nsync mappings --model Tag --dangling/);
    await engine.sync('Tag', KEYS.map(tag));
    expect(await lines(url)).toEqual([]);
  });

  it('name at most three examples', async () => {
    await sql(`DELETE FROM tag WHERE label <> 'e'`);
    const [found] = await findings(url);
    expect([found!.count, found!.examples]).toEqual([4, ['Test a -> 1', 'Test b -> 2', 'Test c -> 3']]);
  });

  it('of composite keys, texts and views are found as well', async () => {
    await sql(
      'CREATE TABLE seat (line varchar(10) NOT NULL, no integer NOT NULL, label varchar(10), PRIMARY KEY (line, no))',
      `INSERT INTO seat VALUES ('A', 1, 'x')`,
      `INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
       SELECT id, 'seat', 's1', '["A",1]', created_at, created_at FROM nsync_external_systems`,
      `INSERT INTO nsync_external_key_mappings (external_system_id, model, external_key, object_id, created_at, updated_at)
       SELECT id, 'seat', 's2', '["A",2]', created_at, created_at FROM nsync_external_systems`,
      `UPDATE nsync_external_key_mappings SET model = 'tag' WHERE model = 'Tag'`,
      `UPDATE nsync_external_key_mappings SET model = 'person' WHERE model = 'Person'`,
    );
    const [found, ...others] = await findings(url, null);
    expect(others).toEqual([]);
    expect(line(found!)).toBe('mappings WARNING 1: 1 mapping of seat points to an object that does not exist.');
    expect(found!.examples).toEqual(['Test s2 -> ["A",2]']);
  });

  it('of models that do not exist', async () => {
    await sql(`UPDATE nsync_external_key_mappings SET model = 'tag' WHERE external_key = 'a'`, `UPDATE nsync_external_key_mappings SET model = 'Label' WHERE external_key IN ('b', 'c')`); // prettier-ignore
    const found = (await findings(url)).filter(({ check }) => check === 'mappings');
    expect(found.map(line)).toEqual([
      'mappings WARNING 2: 2 mappings of model Label, which does not exist.',
      'mappings WARNING 1: 1 mapping of model tag, which does not exist.',
    ]);
    expect(found[0]!.advice).toMatch(/NSYNC_MODELS/);
    await sql(/UPDATE .*'/.exec(found[1]!.advice)?.[0] ?? '');
    expect((await lines(url)).join()).not.toMatch(/model tag/);
  });

  it('point to ids that the next objects receive, if a table is restored from an older backup', async () => {
    await sql(`DELETE FROM tag WHERE label > 'b'`, ...setCounterBack[kind.name]!);
    const found = await findings(url);
    const next = kind.name === 'PostgreSQL' ? 2 : 3;
    expect(found.filter(({ check }) => check === 'mappings').map(line)).toEqual([
      `mappings ERROR 3: 3 mappings of Tag will point to wrong objects: their ids do not exist yet, and the next object receives the id ${next}.`,
    ]);
    expect(found[0]!.examples).toEqual(['Test c -> 3', 'Test d -> 4', 'Test e -> 5']);
    expect(found.filter(({ check }) => check === 'restore').map(line)).toEqual([
      `restore ERROR 3: 3 of 5 objects of Tag ${GONE} New objects receive their ids, from ${next} on.`,
    ]);
    // PostgreSQL's sequence is also behind the table, as after COPY.
    expect(found.some(({ check }) => check === 'counters')).toBe(kind.name === 'PostgreSQL');
  });

  it('tables are older than runs: nothing is left of what the newest run created', async () => {
    await engine.sync('House', [{ $match: 'address', address: 'x' }, { $match: 'address', address: 'y' }]); // prettier-ignore
    await sql(`DELETE FROM house WHERE address = 'x'`);
    expect(await lines(url)).toEqual([]);
    await sql('DELETE FROM house');
    expect(await lines(url)).toEqual([
      'restore WARNING 2: 2 of 2 objects of House that run 3 created do not exist, and no run deleted them.',
    ]);
    // A run with deletes may have deleted the objects by a cascade.
    await engine.sync('Tag', [{ ...tag('a'), $flags: 'd' }]);
    expect(await lines(url)).toEqual([]);
  });

  it('mappings are older than runs: some are gone', async () => {
    await sql(`DELETE FROM nsync_external_key_mappings WHERE model = 'Tag' AND external_key IN ('c', 'd')`);
    const [found, ...others] = await findings(url);
    expect(others).toEqual([]);
    expect(line(found!)).toBe('restore WARNING 2: 2 objects of Tag lost a mapping that a run created.');
    expect(found!.examples).toEqual(['Test c -> 3', 'Test d -> 4']);
    await engine.sync('Tag', KEYS.map(tag));
    expect(await lines(url)).toEqual([]);
  });

  it('all mappings of a model are gone', async () => {
    await sql(`DELETE FROM nsync_external_key_mappings WHERE model = 'Tag'`);
    expect(await lines(url)).toEqual([
      'restore ERROR 5: All mappings of Tag are gone, and runs created 5 objects with a mapping.',
    ]);
  });

  it('mappings that a run removed, or that went with their system, are not missed', async () => {
    await engine.sync('Tag', [tag('a')], { system: 'Other' });
    await engine.sync('Tag', [{ ...tag('a'), $flags: 'd' }]);
    await sql(
      'DELETE FROM nsync_external_key_mappings',
      'UPDATE nsync_run_sources SET external_system_id = NULL',
      'DELETE FROM nsync_external_systems',
    );
    expect(await lines(url)).toEqual([]);
  });
});

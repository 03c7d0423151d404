/** Faults of nsync's own tables. */
import { randomBytes } from 'node:crypto';
import { OWN_TABLES } from '../../src/database';
import { OWN_INDEXES } from '../../src/doctor/ownIndexes';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { createDemoTables } from '../../src/demo/tables';
import { examined, findings, lines, run } from './support';

const LATEST = '20261129030000_lock_versions';

describe.each(DATABASES)('own tables on $name', (kind) => {
  const isMariadb = kind.name === 'MariaDB';
  let test: TestDatabase;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
  });
  afterEach(() => test.drop());

  const dropIndex = (table: string, index: string): Promise<void> =>
    run(test, isMariadb ? `ALTER TABLE ${table} DROP INDEX ${index}` : `DROP INDEX ${index}`);

  it('lists every key and index that the migrations create', async () => {
    const { dialect, reader } = test.database;
    const { tables, foreignKeys } = await dialect.readCatalog(reader, OWN_TABLES);
    const referring = foreignKeys.map(({ table, columns }) => `${table} ${columns[0]}`);
    const known = OWN_INDEXES.map(({ table, kind: of, columns }) => `${table} ${of} ${columns.join(' ')}`);
    for (const { name, primaryKey, uniqueKeys, indexedFirst } of tables.values()) {
      expect(known).toContain(`${name} primary key ${primaryKey.join(' ')}`);
      for (const { columns } of uniqueKeys)
        expect(known).toContain(
          `${name} ${String(columns) === String(primaryKey) ? 'primary' : 'unique'} key ${columns?.join(' ')}`,
        );
      const first = OWN_INDEXES.filter(({ table }) => table === name).map(({ columns }) => columns[0]);
      // MariaDB itself creates an index for a foreign key.
      for (const column of indexedFirst)
        expect(first.includes(column) || referring.includes(`${name} ${column}`)).toBe(true);
    }
    expect(await lines(test.url)).toEqual([]);
  });

  it('are not there yet: checks that read them are skipped', async () => {
    const empty = await kind.create();
    await createDemoTables(empty.database.knex);
    const results = await examined(empty.url);
    await empty.drop();
    expect(results.map(({ check, status }) => `${check} ${status}`)).toEqual([
      'own tables FOUND',
      'mappings SKIPPED',
      'restore SKIPPED',
      'tables OK',
      'counters OK',
      'runs SKIPPED',
      'clock OK',
      'settings OK',
    ]);
    expect(results[0]?.findings).toMatchObject([
      {
        severity: 'ERROR',
        problem: expect.stringMatching(/^nsync's own tables are missing or out of date: \d migrations did not run\.$/),
        advice: 'Run "nsync migrate".',
      },
    ]);
  });

  it('are out of date, or of a newer version', async () => {
    await test.database.knex('nsync_migrations').where({ name: LATEST }).update({ name: '20991231000000_later' });
    expect(await findings(test.url)).toMatchObject([
      { severity: 'ERROR', problem: expect.stringContaining('1 migration did not run'), examples: [LATEST] },
      { severity: 'ERROR', problem: expect.stringMatching(/newer version/), examples: ['20991231000000_later'] },
    ]);
  });

  it('lack a table', async () => {
    await run(test, 'DROP TABLE nsync_first_touches', 'DROP TABLE nsync_audit_events');
    expect(await lines(test.url)).toEqual([
      "own tables ERROR 2: 2 tables of nsync's own tables do not exist: nsync_first_touches and nsync_audit_events.",
    ]);
  });

  it('lack an index, and a unique key: the advice creates them', async () => {
    await dropIndex('nsync_external_key_mappings', 'nsync_mappings_object');
    if (kind.name === 'PostgreSQL') await run(test, 'ALTER TABLE nsync_tokens DROP CONSTRAINT nsync_tokens_name');
    else await dropIndex('nsync_tokens', 'nsync_tokens_name');
    const found = await findings(test.url);
    expect(found.map(({ severity, problem }) => `${severity} ${problem}`)).toEqual([
      'WARNING The table nsync_external_key_mappings lacks its index on object_id and model.',
      'ERROR The table nsync_tokens lacks its unique key on name.',
    ]);
    for (const { advice } of found) await run(test, /CREATE .*\)/.exec(advice)?.[0] ?? '');
    expect(await lines(test.url)).toEqual([]);
  });

  if (kind.name === 'PostgreSQL')
    it('lack a primary key', async () => {
      await run(test, 'ALTER TABLE nsync_audit_events DROP CONSTRAINT nsync_audit_events_pkey');
      const [found] = await findings(test.url);
      expect(found).toMatchObject({ severity: 'ERROR', problem: 'The table nsync_audit_events lacks its primary key on id.' }); // prettier-ignore
      await run(test, /ALTER .*\)/.exec(found!.advice)?.[0] ?? '');
      expect(await lines(test.url)).toEqual([]);
    });

  if (isMariadb)
    it('have an engine without transactions', async () => {
      await run(test, 'ALTER TABLE nsync_row_outcomes ENGINE=MyISAM');
      const [found] = await findings(test.url);
      expect(found).toMatchObject({ severity: 'ERROR', problem: 'The table nsync_row_outcomes has the engine MyISAM, which has no transactions.' }); // prettier-ignore
      await run(test, /ALTER [^.]*/.exec(found!.advice)?.[0] ?? '');
      expect(await lines(test.url)).toEqual([]);
    });

  if (kind.name !== 'SQLite')
    it('are not the user’s to write', async () => {
      const user = `nsync_user_${randomBytes(4).toString('hex')}`;
      const url = new URL(test.url);
      const [name, grants, remove] = isMariadb
        ? [`'${user}'@'%'`, [`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret'`, `GRANT SELECT ON ${url.pathname.slice(1)}.* TO '${user}'@'%'`], []]
        : [user, [`CREATE ROLE ${user} LOGIN PASSWORD 'secret'`, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${user}`], [`DROP OWNED BY ${user}`]]; // prettier-ignore
      await run(test, ...grants);
      url.username = user;
      url.password = 'secret';
      const results = await examined(url.toString()).finally(() =>
        run(test, ...remove, isMariadb ? `DROP USER ${name}` : `DROP ROLE ${name}`),
      );
      const found = results[0]!.findings;
      expect(found).toMatchObject([
        {
          severity: 'ERROR',
          count: OWN_TABLES.length,
          problem: expect.stringMatching(new RegExp(`^The database user lacks the rights INSERT.* on ${OWN_TABLES.length} tables of nsync's own\\.$`)) as unknown,
          examples: expect.arrayContaining([expect.stringMatching(/^nsync_/)]) as unknown,
        },
      ]); // prettier-ignore
      // The models' tables are refused as well.
      const others = results.find(({ check }) => check === 'tables')?.findings ?? [];
      expect(others.map(({ problem }) => problem)).toContainEqual(expect.stringMatching(/^Rows cannot be synced into Tag\. The database user lacks the rights INSERT.* on the table\.$/)); // prettier-ignore
    });
});

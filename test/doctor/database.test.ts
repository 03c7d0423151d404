/** Clocks, runs without a process, sizes, and settings of the database. */
import { randomBytes } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { connectDatabase, openDatabase } from '../../src/database';
import { mysql } from '../../src/database/mysql';
import { type MysqlSettings, mysqlConditions } from '../../src/database/mysql/diagnosis';
import { type PostgresSettings, postgresConditions } from '../../src/database/postgres/diagnosis';
import { createDemoTables } from '../../src/demo/tables';
import { DATABASES, type DatabaseKind, migratedDatabase, type TestDatabase } from '../support/databases';
import type { TestEngine } from '../support/engine';
import { demoEngine, examinedOn, findings, findingsIn, line, lines, run, tag } from './support';

const only = (name: DatabaseKind['name']): readonly DatabaseKind[] => DATABASES.filter((kind) => kind.name === name);

async function prepared(kind: DatabaseKind): Promise<TestDatabase> {
  const test = await migratedDatabase(kind);
  await createDemoTables(test.database.knex);
  return test;
}

describe.each(DATABASES)('runs on $name', (kind) => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await demoEngine(kind);
  });
  afterEach(() => engine.close());

  it('lost their process', async () => {
    await engine.sync('Tag', [tag('a')]);
    const { database, url } = engine.test;
    await database.knex('nsync_runs').update({ status: 'RUNNING', heartbeat_at: '2026-01-01 00:00:00' });
    const [found, ...others] = await findings(url);
    expect(others).toEqual([]);
    expect(line(found!)).toBe('runs WARNING 1: 1 run with the status RUNNING gave no sign of life for too long.');
    expect(found!.examples).toEqual(['run 1, last sign of life 2026-01-01T00:00:00.000Z']);
    await database.knex('nsync_runs').update({ heartbeat_at: database.knex.raw(database.dialect.clock) });
    expect(await lines(url)).toEqual([]);
  });

  // InnoDB's estimates cannot be changed.
  (kind.name === 'MariaDB' ? it.skip : it)('have very large records', async () => {
    const { test } = engine;
    const enlarge =
      kind.name === 'SQLite'
        ? // SQLite's estimates use the first and the last rowid.
          [1, 200_000_000].map((rowid) => `INSERT INTO nsync_row_outcomes (rowid, run_source_id, row, status) VALUES (${rowid}, 1, ${rowid}, 'FAILED')`) // prettier-ignore
        : [`UPDATE pg_class SET relpages = 20000000 WHERE oid = 'nsync_row_outcomes'::regclass`];
    await run(test, ...enlarge);
    const [found, ...others] = await findings(test.url);
    expect(others).toEqual([]);
    expect(line(found!)).toBe("runs WARNING 1: nsync's own tables are very large: nsync_row_outcomes.");
    expect(found!.examples).toEqual([expect.stringMatching(/^nsync_row_outcomes: (about [\d,]{11} rows|.*16\d GB)/)]);
    expect(found!.advice).toMatch(/nsync prune/);
  });
});

describe.each(only('PostgreSQL'))('settings of $name', (kind) => {
  let test: TestDatabase;
  let name: string;
  beforeEach(async () => {
    test = await prepared(kind);
    name = new URL(test.url).pathname.slice(1);
  });
  afterEach(() => test.drop());

  it('a clock that differs', async () => {
    await run(
      test,
      'CREATE SCHEMA fake',
      `CREATE FUNCTION fake.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() - interval '1 hour' $$`,
      `ALTER DATABASE ${name} SET search_path = public, fake, pg_catalog`,
    );
    expect(await lines(test.url)).toEqual([
      expect.stringMatching(/^clock WARNING 1: The clock of the database is 36(00|01) seconds behind the clock of this machine\.$/),
    ]); // prettier-ignore
  });

  it.each([
    ['SET default_transaction_isolation = serializable', 'settings WARNING 1: The default isolation is serializable, so runs at the same time fail and are repeated.'],
    ['SET default_transaction_read_only = on', 'settings ERROR 1: New transactions are read-only (default_transaction_read_only), so every sync fails.'],
    ['CONNECTION LIMIT 7', 'settings WARNING 1: The database allows 7 connections (CONNECTION LIMIT of the database), and a server opens up to 19.'],
  ])('%s', async (setting, problem) => {
    await run(test, `ALTER DATABASE ${name} ${setting}`);
    expect(await lines(test.url)).toEqual([problem]);
  }); // prettier-ignore

  it('of the server, which a test must not change', () => {
    const well: PostgresSettings = {
      max_connections: '100',
      superuser_reserved_connections: '3',
      database_limit: -1,
      role_limit: -1,
      default_transaction_isolation: 'read committed',
      default_transaction_read_only: 'off',
      is_replica: false,
    };
    const problems = (settings: Partial<PostgresSettings>): string[] =>
      postgresConditions({ ...well, ...settings }).map(({ problem }) => problem);
    expect(problems({})).toEqual([]);
    expect(problems({ max_connections: '22' })).toEqual([]);
    expect(problems({ max_connections: '21' })).toEqual([expect.stringMatching(/allows 18 connections \(max_conn/)]);
    expect(problems({ role_limit: 0 })).toEqual([expect.stringMatching(/allows 0 connections \(.* of the user/)]);
    expect(problems({ is_replica: true })).toEqual([expect.stringMatching(/replica/)]);
  });
});

describe.each(only('MariaDB'))('settings of $name', (kind) => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await prepared(kind);
  });
  afterEach(() => test.drop());

  it('a clock that differs', async () => {
    const database = connectDatabase(mysql, {
      ...mysql.readUrl(test.url),
      afterCreate: ((connection: { query: (sql: string, done: (error: Error | null) => void) => void }, done: (error: Error | null) => void) =>
        connection.query('SET timestamp = UNIX_TIMESTAMP() + 60', done)) as never,
    }); // prettier-ignore
    try {
      expect(findingsIn(await examinedOn(database)).map(line)).toEqual([
        expect.stringMatching(/^clock WARNING 1: The clock of the database is (?:[56]\d) seconds ahead of the clock of this machine\.$/),
      ]); // prettier-ignore
    } finally {
      await database.close();
    }
  });

  it('few connections of the user', async () => {
    const user = `nsync_user_${randomBytes(4).toString('hex')}`;
    await run(test, `CREATE USER '${user}'@'%' IDENTIFIED BY 'secret' WITH MAX_USER_CONNECTIONS 8`, `GRANT ALL ON *.* TO '${user}'@'%'`); // prettier-ignore
    const url = new URL(test.url);
    url.username = user;
    url.password = 'secret';
    try {
      expect(await lines(url.toString())).toEqual([
        'settings WARNING 1: The database allows 8 connections (max_user_connections), and a server opens up to 19.',
      ]);
    } finally {
      await run(test, `DROP USER '${user}'@'%'`);
    }
  });

  it('of the server, which a test must not change', () => {
    const well: MysqlSettings = { packet: '16777216', connections: '151', userConnections: '0', readOnly: '0', hasBinaryLog: '1', binaryLogFormat: 'MIXED' }; // prettier-ignore
    const problems = (settings: Partial<MysqlSettings>): string[] =>
      mysqlConditions({ ...well, ...settings }).map(({ severity, problem }) => `${severity} ${problem}`);
    expect(problems({})).toEqual([]);
    expect(problems({ packet: 1048576 })).toEqual([expect.stringMatching(/^WARNING max_allowed_packet is 1 MB/)]);
    expect(problems({ connections: 18 })).toEqual([expect.stringMatching(/^WARNING .* 18 connections \(max_connections/)]); // prettier-ignore
    expect(problems({ readOnly: 1 })).toEqual([expect.stringMatching(/^ERROR The server is read-only/)]);
    expect(problems({ binaryLogFormat: 'STATEMENT' })).toEqual([expect.stringMatching(/^ERROR binlog_format/)]);
    expect(problems({ binaryLogFormat: 'STATEMENT', hasBinaryLog: 0 })).toEqual([]);
  });
});

describe.each(only('SQLite'))('files of $name', (kind) => {
  let test: TestDatabase;
  let file: string;
  beforeEach(async () => {
    test = await prepared(kind);
    file = test.url.replace('sqlite:', '');
  });
  afterEach(() => test.drop());

  it('another journal mode, which the check does not change', async () => {
    await test.database.close();
    const other = new Sqlite(file);
    other.pragma('journal_mode = DELETE');
    other.close();
    for (let time = 0; time < 2; time += 1)
      expect(await lines(test.url)).toEqual([
        'settings WARNING 1: The journal mode is delete, so reads and syncs wait for each other.',
      ]);
    const database = openDatabase(test.url);
    await database.knex.raw('SELECT 1');
    await database.close();
    expect(await lines(test.url)).toEqual([]);
  });

  it('rows that break the integrity of the file', async () => {
    const other = new Sqlite(file);
    other.exec('CREATE TABLE strictly (id integer PRIMARY KEY, age integer); INSERT INTO strictly (age) VALUES (NULL)');
    other.unsafeMode().pragma('writable_schema = ON');
    other.exec(
      `UPDATE sqlite_master SET sql = replace(sql, 'age integer', 'age integer NOT NULL') WHERE name = 'strictly'`,
    );
    other.close();
    const [found, ...others] = await findings(test.url);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ check: 'settings', severity: 'ERROR', problem: expect.stringMatching(/integrity/) as unknown, examples: ['NULL value in strictly.age'] }); // prettier-ignore
  });

  it('rows that refer to rows that do not exist', async () => {
    const other = new Sqlite(file);
    other.pragma('foreign_keys = OFF');
    other.exec(`INSERT INTO house (address, owner_id) VALUES ('x', 7), ('y', 8), ('z', NULL)`);
    other.close();
    expect(await findings(test.url)).toMatchObject([
      {
        severity: 'ERROR',
        problem: 'Rows of house refer to rows of person that do not exist.',
        count: 2,
        examples: ['rowid 1'],
      },
    ]);
  });
});

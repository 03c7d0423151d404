/** A read that takes too long is stopped, on every database. Syncs have no time limit. */
import type { Knex } from 'knex';
import { SyncRowsDocument } from '../../schema/operations/generated';
import { type DatabaseKind, DATABASES, type TestDatabase } from '../support/databases';
import { serve, type TestServer } from '../support/server';

/** Some seconds of work for SQLite, which has no sleep function: three seconds on a fast machine. */
const COUNT_FAR =
  'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 25000000) SELECT count(*) AS n FROM c';

/** A view that is slow to read, and a table that is slow to write. */
const SLOW: Readonly<Record<DatabaseKind['name'], readonly string[]>> = {
  SQLite: [
    `CREATE VIEW slow AS ${COUNT_FAR}`,
    `CREATE TRIGGER nap BEFORE INSERT ON person BEGIN SELECT n FROM (${COUNT_FAR}); END`,
  ],
  MariaDB: [
    'CREATE VIEW slow AS SELECT 1 AS n FROM information_schema.schemata WHERE SLEEP(60) = 0',
    'CREATE TRIGGER nap BEFORE INSERT ON person FOR EACH ROW SET NEW.name = IF(SLEEP(3) = 0, NEW.name, NULL)',
  ],
  PostgreSQL: [
    'CREATE VIEW slow AS SELECT 1 AS n WHERE pg_sleep(60) IS NOT NULL',
    "CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN NEW; END'",
    'CREATE TRIGGER nap BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION nap()',
  ],
};

async function prepare({ name }: DatabaseKind, knex: Knex): Promise<void> {
  await knex.schema.createTable('person', (table) => {
    table.increments('id');
    table.string('name', 50);
  });
  for (const sql of SLOW[name]) await knex.raw(sql);
}

describe.each(DATABASES)('on $name', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await serve(kind, {
      models: null,
      environment: { NSYNC_READ_TIMEOUT_SECONDS: '1' },
      prepare: ({ database }: TestDatabase) => prepare(kind, database.knex),
    });
  });
  afterAll(() => server.stop());

  const ask = async (query: string) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data: unknown; errors?: { message: string; extensions: { code: string } }[] };
  };

  it('a read that takes too long fails with a code of its own, and leaves out no other read', async () => {
    const [slow, quick] = await Promise.all([
      ask('{ model(name: "slow") { objectCount } }'),
      ask('{ model(name: "person") { objectCount } }'),
    ]);
    expect(slow.errors).toMatchObject([
      {
        message: expect.stringMatching(/took longer than 1 second\. /) as unknown,
        extensions: { code: 'READ_TIMEOUT' },
      },
    ]);
    expect(quick).toEqual({ data: { model: { objectCount: 0 } } });
  });

  it('reads go on after some that took too long', async () => {
    // In SQLite, the previous read still occupies its connection, because it cannot be interrupted.
    const count = kind.name === 'SQLite' ? 1 : 6;
    const slow = await Promise.all(Array.from({ length: count }, () => ask('{ model(name: "slow") { objectCount } }')));
    expect(slow.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual(Array(count).fill('READ_TIMEOUT'));
    expect(await ask('{ runs { totalCount } }')).toEqual({ data: { runs: { totalCount: 0 } } });
  });

  it('a sync may take longer', async () => {
    const { syncRows } = await server.send(SyncRowsDocument, {
      input: {
        system: 'HR',
        model: 'person',
        rows: [{ actionFlags: 'c', matchOn: ['name'], values: { name: 'Ann' } }],
      },
    });
    expect(syncRows.run).toMatchObject({ status: 'COMPLETED', counts: { created: 1 } });
  });
});

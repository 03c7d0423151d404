/** The database users in docs/operations.md: one migrates, one runs the server, and neither has a right that it does not need. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { print } from 'graphql';
import pino from 'pino';
import { ModelsDocument, type ModelsQuery, SyncRowsDocument } from '../../schema/operations/generated';
import { migrateDown, migrateUp, openDatabase } from '../../src/database';
import { createDemoTables } from '../../src/demo/tables';
import { readSettings } from '../../src/server/settings';
import { type RunningServer, startServer } from '../../src/server/start';
import { type DatabaseKind, DATABASES, type TestDatabase } from '../support/databases';
import { InDatabase, NAMES, play, scenarioOf } from '../support/scenarios';

const PAGE = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
const HEADINGS: Partial<Record<DatabaseKind['name'], string>> = {
  MariaDB: 'Users on MariaDB and MySQL',
  PostgreSQL: 'Users on PostgreSQL',
};

/** The statements below a heading of the page, by block. */
function blocksOf(heading: string): string[][] {
  const [, section = ''] = new RegExp(`^### ${heading}\\n(.*?)^##`, 'ms').exec(PAGE) ?? [];
  return [...section.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, text = '']) => text.split('\n').filter(Boolean));
}

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

describe.each(DATABASES.filter(({ name }) => HEADINGS[name]))('the users of the page on $name', (kind) => {
  const suffix = randomBytes(4).toString('hex');
  const users = { nsync_migrate: `nsync_migrate_${suffix}`, nsync_run: `nsync_run_${suffix}` };
  const blocks = blocksOf(HEADINGS[kind.name] ?? '');
  let test: TestDatabase;
  let server: RunningServer | undefined;

  /** A statement of the page with this database and these users. */
  const here = (statement: string): string =>
    statement
      .replaceAll(/\bshop\b/g, new URL(test.url).pathname.slice(1))
      .replaceAll(/\bnsync_(?:migrate|run)\b/g, (user) => users[user as keyof typeof users]);
  const runAll = async (statements: readonly string[]): Promise<void> => {
    for (const statement of statements) await test.database.knex.raw(here(statement));
  };
  const urlOf = (user: keyof typeof users, secret: string): string => {
    const url = new URL(test.url);
    url.username = users[user];
    url.password = secret;
    return url.toString();
  };
  const as = async <T>(user: keyof typeof users, secret: string, work: (own: TestDatabase) => Promise<T>): Promise<T> => {
    const database = openDatabase(urlOf(user, secret));
    try {
      return await work({ url: test.url, database, drop: () => database.close() });
    } finally {
      await database.close();
    }
  }; // prettier-ignore
  const asMigrator = <T>(work: (own: TestDatabase) => Promise<T>): Promise<T> => as('nsync_migrate', 'migrate-secret', work); // prettier-ignore
  const asRunner = <T>(work: (own: TestDatabase) => Promise<T>): Promise<T> => as('nsync_run', 'run-secret', work);
  const start = async (): Promise<RunningServer> => {
    const environment = { DATABASE_URL: urlOf('nsync_run', 'run-secret'), PORT: '0' };
    return startServer(readSettings(environment), pino({ level: 'silent' }));
  };
  const ask = async <T>(query: string, variables: object = {}): Promise<Answer<T>> => {
    const response = await fetch(`${server?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<T>;
  };
  const sync = (model: string, actionFlags: string, values: object): Promise<Answer<unknown>> =>
    ask(print(SyncRowsDocument), { input: { system: 'HR', model, defaults: { actionFlags, matchOn: Object.keys(values).slice(0, 1) }, rows: [{ externalKey: '1', values }] } }); // prettier-ignore
  /** Grants the page's rights on `tag` for another table. */
  const grantAll = async (table: string): Promise<void> => {
    const statement = blocks.flat().find((each) => /DELETE ON (?:shop\.)?tag /.test(each)) ?? '';
    await runAll([statement.replace(/\btag\b/, table)]);
  };

  beforeAll(async () => {
    test = await kind.create();
    await createDemoTables(test.database.knex);
    const [first = [], ...others] = blocks;
    await runAll(first);
    await asMigrator(({ database }) => migrateUp(database));
    await runAll(others.flat());
  });
  afterAll(async () => {
    await server?.stop();
    for (const user of Object.values(users))
      for (const statement of kind.name === 'PostgreSQL'
        ? [`DROP OWNED BY ${user}`, `DROP ROLE ${user}`]
        : [`DROP USER '${user}'@'%'`])
        // prettier-ignore
        await test.database.knex.raw(statement);
    await test.drop();
  });

  it('the running user cannot create, alter or drop a table', async () => {
    await asRunner(async ({ database }) => {
      const { knex } = database;
      await expect(knex.raw('CREATE TABLE made (id integer)')).rejects.toThrow();
      await expect(knex.raw('ALTER TABLE person ADD COLUMN made integer')).rejects.toThrow();
      await expect(knex.raw('DROP TABLE nsync_runs')).rejects.toThrow();
      await expect(migrateDown(database)).rejects.toThrow();
    });
  });

  it('the server starts without the right to migrate, and does all that callers ask', async () => {
    server = await start();
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    const person = { employee_id: 'E1', first_name: 'Ada', last_name: 'King' };
    expect((await sync('person', 'cu*', person)).errors).toBeUndefined();
    expect((await sync('tag', 'cu*', { label: 'Hero' })).errors).toBeUndefined();
    expect((await sync('person', 'u*', { employee_id: 'E1', 'tag=>+label': 'Hero' })).errors).toBeUndefined();
    expect((await sync('person', 'u*', { employee_id: 'E1', 'tag=>-label': 'Hero' })).errors).toBeUndefined();
    expect((await sync('tag', 'd', { label: 'Hero' })).errors).toBeUndefined();
    // An id that a row gives moves the table's sequence.
    expect((await sync('tag', 'c', { id: 70, label: 'Given' })).errors).toBeUndefined();
    const admin = `mutation {
      saveExternalSystem(input: {name: "CRM", description: "d"}) { created }
      deleteExternalSystem(input: {name: "CRM"}) { deletedName }
      pruneRuns(input: {finishedBefore: "2000-01-01T00:00:00Z"}) { runs }
      reloadModels { added }
    }`;
    expect((await ask(admin)).errors).toBeUndefined();
    const all = '{ runs { totalCount } externalKeyMappings(filter: {dangling: false}) { totalCount } auditEvents { totalCount } tokens { totalCount } }'; // prettier-ignore
    expect((await ask(all)).errors).toBeUndefined();
    expect((await ask(all.replace('false', 'true'))).data).toMatchObject({ externalKeyMappings: { totalCount: 0 } });
  });

  it('a right that was left out is told', async () => {
    const { errors } = await sync('person', 'd*', { employee_id: 'E1' });
    expect(errors).toMatchObject([{ extensions: { code: 'DATABASE_FORBIDDEN' } }]);
    expect(errors?.[0]?.message).toContain('lacks the right DELETE on table "person"');
    const { data } = await ask<ModelsQuery>(print(ModelsDocument));
    const syncable = Object.fromEntries(data?.models.map((model) => [model.name, model.syncable]) ?? []);
    expect(syncable).toMatchObject({ person: true, tag: true });
    // MariaDB and MySQL hide a table from users without any right to it.
    const { house } = Object.fromEntries(data?.models.map((model) => [model.name, model.reason]) ?? []);
    if (kind.name === 'PostgreSQL') expect(house).toMatch(/^The database user lacks the rights SELECT, INSERT, UPDATE/);
    else expect(syncable).not.toHaveProperty('house');
  });

  it('a server does not start where it would have to migrate', async () => {
    const [last] = (await test.database.knex('nsync_migrations').orderBy('id', 'desc').limit(1)) as { id: number }[];
    await test.database.knex('nsync_migrations').where({ id: last?.id }).delete();
    try {
      await expect(start()).rejects.toThrow(/^The database user lacks the right/);
    } finally {
      await test.database.knex('nsync_migrations').insert(last);
    }
  });

  describe('with the same rights to every table', () => {
    let backend: InDatabase;
    let runner: TestDatabase;
    beforeAll(async () => {
      for (const table of ['person', 'house', 'car', 'person_tag']) await grantAll(table);
      if (kind.name === 'PostgreSQL') await runAll(['GRANT SELECT, UPDATE ON SEQUENCE house_id_seq, car_id_seq TO nsync_run']); // prettier-ignore
      const database = openDatabase(urlOf('nsync_run', 'run-secret'));
      runner = { url: test.url, database, drop: () => database.close() };
      backend = await InDatabase.on(runner);
    });
    afterAll(() => runner.drop());

    it.each(NAMES.map((name) => ({ name, ...scenarioOf(name) })))('$rules: $does ($name)', async ({ name }) => {
      await play(name, backend);
    });
  });
});

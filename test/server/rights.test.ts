/** A database user that lacks rights: tables that cannot be synced, and the messages of calls and of the server's start. */
import { randomBytes } from 'node:crypto';
import { print } from 'graphql';
import pino from 'pino';
import { ModelsDocument, SyncRowsDocument } from '../../schema/operations/generated';
import type { ModelsQuery } from '../../schema/operations/generated';
import { readSettings } from '../../src/server/settings';
import { type RunningServer, startServer } from '../../src/server/start';
import { DATABASES, type DatabaseKind, migratedDatabase, type TestDatabase } from '../support/databases';

const OWN = /^nsync_/;
const TABLES = {
  open_item: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  grown_item: ['SELECT', 'INSERT'],
  seen_item: ['SELECT'],
  blind_item: ['INSERT'],
} as const;

/** A user without any rights, and how another user grants and revokes them. */
interface Users {
  create(test: TestDatabase, user: string): Promise<void>;
  drop(test: TestDatabase, user: string): Promise<void>;
  /** The user's name in SQL. */
  name(user: string): string;
}

const USERS: Partial<Record<DatabaseKind['name'], Users>> = {
  PostgreSQL: {
    async create({ database: { knex } }, user) {
      await knex.raw(`CREATE ROLE ${user} LOGIN`);
    },
    async drop({ database: { knex } }, user) {
      await knex.raw(`DROP OWNED BY ${user}`);
      await knex.raw(`DROP ROLE ${user}`);
    },
    name: (user) => user,
  },
  MariaDB: {
    async create({ database: { knex } }, user) {
      await knex.raw(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret'`);
    },
    async drop({ database: { knex } }, user) {
      await knex.raw(`DROP USER '${user}'@'%'`);
    },
    name: (user) => `'${user}'@'%'`,
  },
};

interface Answer {
  readonly data?: ModelsQuery;
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, string>> }[];
}

describe.each(DATABASES.filter(({ name }) => USERS[name]))('a user without rights on $name', (kind) => {
  const users = USERS[kind.name] as Users;
  const user = `nsync_${randomBytes(5).toString('hex')}`;
  let test: TestDatabase;
  let server: RunningServer | undefined;
  const grant = async (rights: readonly string[], table: string): Promise<void> => {
    await test.database.knex.raw(`GRANT ${rights.join(', ')} ON ${table} TO ${users.name(user)}`);
  };
  const revoke = async (right: string, table: string): Promise<void> => {
    await test.database.knex.raw(`REVOKE ${right} ON ${table} FROM ${users.name(user)}`);
  };
  const start = (): Promise<RunningServer> => {
    const url = new URL(test.url);
    url.username = user;
    url.password = 'secret';
    return startServer(readSettings({ DATABASE_URL: url.toString(), PORT: '0' }), pino({ level: 'silent' }));
  };
  const send = async (document: Parameters<typeof print>[0], variables: object): Promise<Answer> => {
    const response = await fetch(`${server?.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return (await response.json()) as Answer;
  };
  const sync = (model: string): Promise<Answer> =>
    send(SyncRowsDocument, {
      input: {
        system: 'S',
        model,
        rows: [{ values: { id: 1, name: String(Math.random()) } }],
        defaults: { actionFlags: 'cu*', matchOn: ['id'] },
      },
    });

  beforeAll(async () => {
    test = await migratedDatabase(kind);
    const { knex } = test.database;
    for (const table of Object.keys(TABLES)) {
      await knex.raw(`CREATE TABLE ${table} (id integer PRIMARY KEY, name varchar(50))`);
      await knex(table).insert({ id: 1, name: 'A' });
    }
    await users.create(test, user);
    for (const [table, rights] of Object.entries(TABLES)) await grant(rights, table);
  });
  afterAll(async () => {
    await server?.stop();
    await users.drop(test, user);
    await test.drop();
  });

  it('is told at the start which right to nsync’s own tables is missing, without SQL', async () => {
    const refused = start();
    await expect(refused).rejects.toThrow(
      kind.name === 'PostgreSQL'
        ? /^The database user lacks the rights SELECT, INSERT, UPDATE and DELETE on nsync's own table nsync_\w+\. Grant /
        : /^The database user lacks the right SELECT on nsync's own table "nsync_leases"/,
    );
    await expect(refused).rejects.not.toThrow(/create table|select \*/i);
  });

  it('finds tables listed with the rights that are missing, and may sync the others', async () => {
    const { knex } = test.database;
    const names =
      kind.name === 'PostgreSQL'
        ? ((await knex.raw(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)) as { rows: { name: string }[] }).rows // prettier-ignore
        : ((await knex.raw('SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()')) as [{ name: string }[]])[0]; // prettier-ignore
    for (const { name } of names) if (OWN.test(name)) await grant(TABLES.open_item, name);
    if (kind.name === 'PostgreSQL') await grant(['USAGE'], 'ALL SEQUENCES IN SCHEMA public');
    server = await start();
    const { data, errors } = await send(ModelsDocument, {});
    expect(errors).toBeUndefined();
    const listed = Object.fromEntries(
      data?.models.map(({ name, syncable, reason, objectCount }) => [name, { syncable, reason, objectCount }]) ?? [],
    );
    expect(listed).toMatchObject({
      open_item: { syncable: true, objectCount: 1 },
      grown_item: { syncable: true, objectCount: 1 },
      seen_item: { syncable: false, objectCount: 1 },
      blind_item: { syncable: false, objectCount: 0 },
    });
    expect(listed.seen_item?.reason).toMatch(
      /^The database user lacks the rights INSERT(,| and) UPDATE.* on the table\.$/,
    );
    expect(listed.blind_item?.reason).toMatch(
      /^The database user lacks the rights SELECT(,| and) UPDATE.* on the table\.$/,
    );
    expect((await sync('open_item')).errors).toBeUndefined();
  });

  it('reads the table and the right in DATABASE_FORBIDDEN, and the run that had begun (R17a)', async () => {
    const { errors } = await sync('grown_item');
    expect(errors).toMatchObject([
      { extensions: { code: 'DATABASE_FORBIDDEN', runId: expect.stringMatching(/^\d+$/) as string } },
    ]);
    expect(errors?.[0]?.message).toContain('lacks the right UPDATE on table "grown_item"');
    const run = (await test.database
      .knex('nsync_runs')
      .where({ id: errors?.[0]?.extensions.runId })
      .first('status')) as { status: string };
    expect(run.status).toBe('INTERRUPTED');
  });

  it('is told the same of nsync’s own tables, and /ready looks at them', async () => {
    const ready = async (): Promise<unknown> => {
      const response = await fetch(`${server?.url}/ready`);
      return [response.status, await response.json()];
    };
    expect(await ready()).toEqual([200, { status: 'ok' }]);
    await revoke('INSERT', 'nsync_runs');
    const { errors } = await sync('open_item');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'DATABASE_FORBIDDEN' } });
    expect(errors?.[0]?.message).toContain(`the right INSERT on nsync's own table "nsync_runs"`);
    expect(await ready()).toEqual([503, { status: 'own tables unusable' }]);
  });
});

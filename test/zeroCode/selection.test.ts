/** Which tables become models, and under which names: schemas, globs, and tables that are never models. */
import { Writable } from 'node:stream';
import pino from 'pino';
import { ModelListDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { readSettings } from '../../src/server/settings';
import { DATABASES, type DatabaseKind, type TestDatabase } from '../support/databases';
import { serve, type TestServer } from '../support/server';
import { inDialect, type ZeroCode, zeroCode } from './support';

const TABLES = [
  'CREATE TABLE orders (id {id}, no varchar(10) NOT NULL UNIQUE)',
  'CREATE TABLE order_lines (id {id}, order_id int, FOREIGN KEY (order_id) REFERENCES orders (id))',
  'CREATE TABLE "Audit Log" (id {id})',
  'CREATE TABLE audit_2024 (id {id})',
  'CREATE TABLE knex_migrations (id {id})',
  'CREATE TABLE knex_migrations_lock (id {id})',
  'CREATE TABLE "SequelizeMeta" (name varchar(50) PRIMARY KEY)',
  'CREATE TABLE django_migrations (id {id})',
  'CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)',
];

/** A log that adds its warnings to `lines`. */
const warningsInto = (lines: string[]): pino.Logger =>
  pino(
    { level: 'warn' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push((JSON.parse(chunk.toString()) as { msg: string }).msg);
        done();
      },
    }),
  );

async function names(zero: ZeroCode): Promise<string[]> {
  return (await zero.models()).map(({ name }) => name);
}

describe.each(DATABASES)('the tables of $name that become models', (kind) => {
  const cases: readonly (readonly [Record<string, string>, string[], string[]])[] = [
    [{}, ['Audit Log', 'audit_2024', 'order_lines', 'orders'], []],
    [{ NSYNC_INCLUDE: 'ORDER*' }, ['order_lines', 'orders'], []],
    [{ NSYNC_EXCLUDE: 'audit*, *.order_lines' }, ['orders'], []],
    [{ NSYNC_INCLUDE: 'order*,nothing_*', NSYNC_EXCLUDE: 'order_{lines,notes}' }, ['orders'], ['nothing_*']],
    [{ NSYNC_INCLUDE: 'knex_*' }, [], ['knex_*']],
  ];

  it.each(cases)('%j', async (environment, expected, unused) => {
    const lines: string[] = [];
    const zero = await zeroCode(kind, TABLES, { environment, log: warningsInto(lines) });
    try {
      expect(await names(zero)).toEqual(expected);
      expect(lines.filter((line) => line.includes('matches no table'))).toEqual(
        unused.map((glob) => `"${glob}" of NSYNC_INCLUDE or NSYNC_EXCLUDE matches no table`),
      );
    } finally {
      await zero.server.stop();
    }
  });

  it('a schema that there is not stops the server', async () => {
    await expect(zeroCode(kind, [], { environment: { NSYNC_SCHEMAS: 'salse' } })).rejects.toThrow(
      'NSYNC_SCHEMAS: The database has no schema "salse"',
    );
  });
});

it.each(['NSYNC_SCHEMAS', 'NSYNC_INCLUDE', 'NSYNC_EXCLUDE'])('%s beside NSYNC_MODELS is refused', (name) => {
  expect(() => readSettings({ DATABASE_URL: 'sqlite:x', NSYNC_MODELS: './m.js', [name]: 'a' })).toThrow(
    `${name} selects tables of a database, but the models come from NSYNC_MODELS ./m.js`,
  );
});

/** Creates a second schema. Returns its name. */
async function secondSchema({ url, database: { knex } }: TestDatabase, kind: DatabaseKind): Promise<string> {
  const current = new URL(url).pathname.slice(1);
  const schema = kind.name === 'MariaDB' ? `${current}_sales` : 'sales';
  await knex.raw(`CREATE SCHEMA ${schema}`);
  return schema;
}

/** Creates tables with the same names in both schemas. */
async function sameTables(
  { url, database: { knex } }: TestDatabase,
  kind: DatabaseKind,
  schema: string,
): Promise<void> {
  const own = kind.name === 'MariaDB' ? new URL(url).pathname.slice(1) : 'public';
  for (const statement of [
    'CREATE TABLE orders (id {id}, no varchar(10) NOT NULL UNIQUE)',
    `CREATE TABLE ${schema}.orders (id {id}, no varchar(10) NOT NULL UNIQUE)`,
    `CREATE TABLE ${schema}.discounts (id {id}, name varchar(10) UNIQUE, order_id int, main_order_id int,
       FOREIGN KEY (order_id) REFERENCES ${schema}.orders (id), FOREIGN KEY (main_order_id) REFERENCES ${own}.orders (id))`,
  ])
    await knex.raw(inDialect(kind.name, statement));
}

describe.each(DATABASES.filter(({ name }) => name !== 'SQLite'))('schemas of $name', (kind) => {
  let server: TestServer;
  let schema = '';
  const sync = async (model: string, matchOn: string, values: Record<string, unknown>): Promise<string[]> => {
    const input = {
      system: 'Test',
      model,
      rows: [{ actionFlags: 'cu*', matchOn: [matchOn], externalKey: '1', values }],
    };
    const { syncRows } = await server.send(SyncRowsDocument, { input });
    return [...syncRows.run.sources.map((source) => source.model), ...syncRows.outcomes.map(({ status }) => status)];
  };
  afterAll(async () => {
    if (kind.name === 'MariaDB') await server.server.database.knex.raw(`DROP DATABASE IF EXISTS ${schema}`);
    await server.stop();
  });

  it('an empty default schema beside others that have tables is told in the log, by models and by what needs a model', async () => {
    const lines: string[] = [];
    const own = await serve(kind, {
      models: null,
      log: warningsInto(lines),
      prepare: async (test) => {
        schema = await secondSchema(test, kind);
        await test.database.knex.raw(`CREATE TABLE ${schema}.orders (id int PRIMARY KEY)`);
      },
    });
    try {
      const warning = /^schema "\w+" has no tables, but other schemas have\. Set NSYNC_SCHEMAS=\w+/;
      const { models, modelWarnings } = await own.send(ModelListDocument, {});
      expect([models, modelWarnings, lines]).toEqual([
        [],
        [expect.stringMatching(warning)],
        [expect.stringMatching(warning)],
      ]);
      if (kind.name === 'PostgreSQL') expect(modelWarnings[0]).toMatch(/NSYNC_SCHEMAS=sales$/);
      const rows = [{ actionFlags: 'c', matchOn: ['id'], values: { id: 1 } }];
      const { code, message } = await own.fail(SyncRowsDocument, { input: { system: 'Test', model: 'orders', rows } });
      expect([code, message]).toEqual(['UNKNOWN_MODEL', expect.stringContaining('Set NSYNC_SCHEMAS=')]);
    } finally {
      if (kind.name === 'MariaDB') await own.server.database.knex.raw(`DROP DATABASE IF EXISTS ${schema}`);
      await own.stop();
    }
  });

  it('tables of the same name are told apart, and referenced across', async () => {
    let own = 'public';
    const environment: Record<string, string> = {};
    server = await serve(kind, {
      models: null,
      environment,
      prepare: async (test) => {
        schema = await secondSchema(test, kind);
        await sameTables(test, kind, schema);
        if (kind.name === 'MariaDB') own = schema.replace(/_sales$/, '');
        environment.NSYNC_SCHEMAS = `${own}, ${schema}`;
      },
    });
    expect(await sync('orders', 'no', { no: 'A' })).toEqual(['orders', 'CREATED']);
    expect(await sync(`${own}.orders`, 'no', { no: 'A' })).toEqual(['orders', 'UNCHANGED']);
    expect(await sync(`${schema}.orders`, 'no', { no: 'B' })).toEqual([`${schema}.orders`, 'CREATED']);
    const discount = { name: 'd', 'order=>no': 'B', 'main_order=>no': 'A' };
    expect(await sync('discounts', 'name', discount)).toEqual([`${schema}.discounts`, 'CREATED']);
    expect(await sync(`${schema}.discounts`, 'name', discount)).toEqual([`${schema}.discounts`, 'UNCHANGED']);
    const { reader } = server.server.database;
    expect(await reader(`${schema}.discounts`).whereNotNull('order_id').whereNotNull('main_order_id')).toHaveLength(1);
    expect([await reader('orders').pluck('no'), await reader(`${schema}.orders`).pluck('no')]).toEqual([['A'], ['B']]);
  });
});

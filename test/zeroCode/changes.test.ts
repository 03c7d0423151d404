/** Tables that change while the server runs: missing ones are reported, and new ones are visible after a reload of the models. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReloadModelsDocument, SyncedObjectsDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { serve } from '../support/server';
import { inDialect, type ZeroCode, zeroCode } from './support';

const STATEMENTS = [
  'CREATE TABLE person (id {id}, name varchar(40) NOT NULL UNIQUE, age int)',
  'CREATE TABLE gone (id {id}, name varchar(40))',
];

const rows = (values: Record<string, unknown>, model = 'person') => ({
  input: { system: 'Test', model, rows: [{ actionFlags: 'cu*', matchOn: ['name'], values }] },
});

describe.each(DATABASES)('tables that change on $name', (kind) => {
  let zero: ZeroCode;
  beforeAll(async () => {
    zero = await zeroCode(kind, STATEMENTS);
  });
  afterAll(() => zero.server.stop());

  it('a column or table that has vanished is named, in rows and in queries; reloadModels goes on without it', async () => {
    const { server } = zero;
    const { knex } = server.server.database;
    expect(await zero.sync('person', 'name', [{ name: 'Ada', age: 36 }])).toEqual(['CREATED']);
    await knex.schema.alterTable('person', (table) => table.dropColumn('age'));
    await knex.schema.dropTable('gone');
    const outOfDate = (missing: string) => ({
      code: 'MODELS_OUT_OF_DATE',
      message: `The database no longer has ${missing}. The tables have changed since nsync read the models. Call reloadModels, or restart the server.`,
    });
    expect(await server.fail(SyncRowsDocument, rows({ name: 'Ada', age: 37 }))).toEqual(outOfDate('column "age"'));
    expect(await server.fail(SyncRowsDocument, rows({ name: 'Bob' }))).toEqual(outOfDate('column "age"'));
    expect(await server.fail(SyncRowsDocument, rows({ name: 'x' }, 'gone'))).toEqual(outOfDate('table "gone"'));
    expect(await server.fail(SyncedObjectsDocument, { model: 'person', first: 1 })).toEqual(outOfDate('column "age"'));

    const { reloadModels } = await server.send(ReloadModelsDocument, {});
    expect(reloadModels).toEqual({ models: [{ name: 'person' }], added: [], removed: ['gone'], changed: ['person'] });
    expect(await zero.sync('person', 'name', [{ name: 'Ada', age: 37 }, { name: 'Bob' }])).toEqual([
      'UNCHANGED',
      'CREATED',
      'UNKNOWN_FIELD(age)',
    ]);
  });

  it('a column, table and relation that are new are seen after reloadModels', async () => {
    const { server } = zero;
    const { knex } = server.server.database;
    await knex.schema.alterTable('person', (table) => table.string('hair', 20));
    await knex.raw(
      inDialect(
        kind.name,
        'CREATE TABLE house (id {id}, address varchar(40) UNIQUE, owner_id int, FOREIGN KEY (owner_id) REFERENCES person (id))',
      ),
    );
    expect(await zero.sync('person', 'name', [{ name: 'Bob', hair: 'red' }])).toEqual([
      'UNCHANGED',
      'UNKNOWN_FIELD(hair)',
    ]);
    expect(await server.fail(SyncRowsDocument, rows({ address: 'x' }, 'house'))).toMatchObject({
      code: 'UNKNOWN_MODEL',
    });
    const { reloadModels } = await server.send(ReloadModelsDocument, {});
    expect(reloadModels).toMatchObject({ added: ['house'], removed: [], changed: ['person'] });
    expect(await zero.sync('person', 'name', [{ name: 'Bob', hair: 'red' }])).toEqual(['UPDATED']);
    expect(await zero.sync('house', 'address', [{ address: 'Here', 'owner=>hair': 'red' }])).toEqual(['CREATED']);
    expect((await server.send(ReloadModelsDocument, {})).reloadModels).toMatchObject({
      added: [],
      removed: [],
      changed: [],
    });
  });

  it('models of a module have their columns read again too; where they no longer can be, they stay', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-reload-'));
    const module = join(folder, 'models.js');
    writeFileSync(
      module,
      `const { Model } = require(${JSON.stringify(require.resolve('objection'))});
       exports.Person = class Person extends Model { static tableName = 'person'; };`,
    );
    const server = await serve(kind, {
      models: module,
      prepare: async ({ database: { knex } }) => {
        await knex.raw(inDialect(kind.name, STATEMENTS[0] ?? ''));
      },
    });
    try {
      const { knex } = server.server.database;
      await knex.schema.alterTable('person', (table) => table.string('hair', 20));
      const { reloadModels } = await server.send(ReloadModelsDocument, {});
      expect(reloadModels).toMatchObject({ added: [], removed: [], changed: ['Person'] });
      const { syncRows } = await server.send(SyncRowsDocument, rows({ name: 'Ada', hair: 'red' }, 'Person'));
      expect(syncRows.run).toMatchObject({ problems: [], counts: { created: 1 } });
      await knex.schema.renameTable('person', 'people');
      expect(await server.fail(ReloadModelsDocument, {})).toEqual({
        code: 'MODELS_UNUSABLE',
        message: `NSYNC_MODELS ${module} cannot be used: model Person: the database has no table "person"`,
      });
      await knex.schema.renameTable('people', 'person');
      expect(
        (await server.send(SyncRowsDocument, rows({ name: 'Ada', hair: 'red' }, 'Person'))).syncRows.run.counts,
      ).toMatchObject({ unchanged: 1 });
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true });
    }
  });
});

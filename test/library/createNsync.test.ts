/** nsync in an application that has its own knex instance and models. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { graphql } from 'graphql';
import makeKnex, { Client, type Knex } from 'knex';
import { Model } from 'objection';
import { type CallError, createNsync, type Nsync, readCsv, type SyncRow } from '../../src';
import { DATABASES, type TestDatabase } from '../support/databases';
import { generatedRows } from '../support/generatedRows';

class Artist extends Model {
  static override tableName = 'artist';
}

class Album extends Model {
  static override tableName = 'album';
  static override relationMappings = () => ({
    artist: {
      relation: Model.BelongsToOneRelation,
      modelClass: Artist,
      join: { from: 'album.artist_id', to: 'artist.id' },
    },
  });
}

async function createTables(knex: Knex): Promise<void> {
  await knex.schema.createTable('artist', (table) => {
    table.increments('id');
    table.string('name', 50).notNullable().unique();
  });
  await knex.schema.createTable('album', (table) => {
    table.increments('id');
    table.string('title', 50).notNullable();
    table.bigInteger('barcode').nullable();
    table.specificType('price', 'decimal(10, 2)').nullable();
    table.date('released').nullable();
    table.dateTime('bought_at', { precision: 3, useTz: false }).nullable();
    table.binary('cover').nullable();
    table.json('notes').nullable();
    table.integer('artist_id').unsigned().nullable().references('artist.id');
  });
}

/** An application's own settings: other parsers of values, and a hook. */
function applicationKnex(url: string, hooked: unknown[]): Knex {
  const pool = {
    min: 0,
    max: 2,
    afterCreate: (connection: unknown, done: (error: Error | null, connection: unknown) => void) => {
      hooked.push(connection);
      done(null, connection);
    },
  };
  if (url.startsWith('sqlite:'))
    return makeKnex({
      client: 'better-sqlite3',
      connection: { filename: url.slice('sqlite:'.length), options: { safeIntegers: true } },
      useNullAsDefault: true,
      pool,
    });
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = {
    host: hostname,
    port: Number(port),
    user: username,
    password,
    database: pathname.slice(1),
  };
  return url.startsWith('mysql')
    ? makeKnex({
        client: 'mysql2',
        connection: {
          ...connection,
          timezone: '+05:00',
          dateStrings: false,
          decimalNumbers: true,
          typeCast: (_field: unknown, next: () => unknown) => String(next()),
        },
        pool,
      })
    : makeKnex({ client: 'pg', connection: () => Promise.resolve(connection), pool });
}

const ALBUM: SyncRow = {
  actionFlags: 'cu*',
  matchOn: 'title',
  externalKey: 7,
  values: {
    title: 'Blue Train',
    barcode: 9007199254740993n,
    price: '12.50',
    released: new Date('1958-01-31T00:00:00Z'),
    bought_at: new Date('2026-01-31T08:05:00.250Z'),
    cover: Buffer.from([1, 2, 255]),
    notes: { tracks: ['Blue Train'] },
    'artist=>name': 'John Coltrane',
  },
};
const ARTIST: SyncRow = { actionFlags: 'c', matchOn: 'name', values: { name: 'John Coltrane' } };

describe.each(DATABASES)('createNsync on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  let nsync: Nsync;
  const hooked: unknown[] = [];

  beforeAll(async () => {
    test = await kind.create();
    knex = applicationKnex(test.url, hooked);
    await createTables(knex);
    nsync = await createNsync({ knex, models: { Artist, Album } });
  });
  afterAll(async () => {
    await nsync.close();
    await knex.destroy();
    await test.drop();
  });

  it('stores values exactly, however the application reads them, and finds them again', async () => {
    await nsync.sync({ system: 'Shop', model: 'Artist', rows: [ARTIST] });
    const first = await nsync.sync({ system: 'Shop', model: 'album', rows: generatedRows([ALBUM]) });
    expect(first.run).toMatchObject({ status: 'COMPLETED', counts: { rows: 1, created: 1, warnings: 0 } });
    expect(first.outcomes).toMatchObject([{ row: 1, status: 'CREATED', externalKey: '7', problems: [] }]);
    const again = await nsync.sync({ system: 'Shop', model: 'Album', rows: new Set([ALBUM]) });
    expect(again.outcomes).toMatchObject([{ status: 'UNCHANGED', changes: [] }]);

    const { data } = await graphql({
      schema: nsync.schema,
      source: '{ objects(model: "Album") { nodes { values } } }',
    });
    expect((data as { objects: { nodes: [{ values: object }] } }).objects.nodes[0].values).toMatchObject({
      title: 'Blue Train',
      barcode: '9007199254740993',
      price: '12.50',
      released: '1958-01-31',
      bought_at: '2026-01-31T08:05:00.25Z',
      cover: 'base64:AQL/',
      notes: { tracks: ['Blue Train'] },
    });
  });

  it('runs the application’s hook on its own connections too', () => {
    expect(hooked.length).toBeGreaterThan(1);
  });

  it('reads CSV, whose JSON is text, from a stream', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-library-'));
    const file = join(folder, 'albums.csv');
    writeFileSync(file, 'action_flags,match_on,title,notes\nc,title,Giant Steps,"{""year"": 1960}"\nc,title\n');
    try {
      const { run, outcomes } = await nsync.sync({
        system: 'Shop',
        model: 'Album',
        rows: readCsv(createReadStream(file)),
        onError: 'CONTINUE',
      });
      expect(run.status).toBe('COMPLETED_WITH_FAILURES');
      expect(outcomes).toMatchObject([
        { line: 2, status: 'CREATED', changes: expect.arrayContaining([{ field: 'notes', before: null, after: { year: 1960 } }]) as unknown }, // prettier-ignore
        { line: 3, status: 'FAILED', problems: [{ code: 'MALFORMED_CSV_ROW' }] },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('streams the outcomes that are kept of a run that is too large to hold', async () => {
    const rows = function* (): Generator<SyncRow> {
      for (let number = 1; number <= 2500; number += 1) yield { values: { name: `Artist ${number}` } };
    };
    const { run, outcomes } = await nsync.sync({
      system: 'Shop',
      model: 'Artist',
      rows: rows(),
      defaults: { actionFlags: 'c', matchOn: ['name'] },
      wantOutcomes: false,
    });
    expect({ counts: run.counts.created, outcomes }).toEqual({ counts: 2500, outcomes: [] });
    let kept = 0;
    for await (const { row, status } of nsync.outcomes(run.id, { statuses: ['CREATED'] })) {
      kept += 1;
      expect({ row, status }).toEqual({ row: kept, status: 'CREATED' });
    }
    expect(kept).toBe(2500);
  });

  it('runs several sources as one, and R42: nothing of it stays where a row fails', async () => {
    const { run, outcomes } = await nsync.syncAll(
      [
        { system: 'Shop', model: 'Artist', file: 'artists', rows: [{ ...ARTIST, values: { name: 'Miles Davis' } }] },
        { system: 'Shop', model: 'Album', file: 'albums', rows: [{ actionFlags: 'x', values: {} }] },
      ],
      { order: ['CREATE', 'UPDATE', 'DELETE'] },
    );
    expect(run.status).toBe('ROLLED_BACK');
    expect(run.sources.map(({ file, counts }) => [file, counts.created, counts.failed])).toEqual([
      ['artists', 1, 0],
      ['albums', 0, 1],
    ]);
    expect(outcomes.map(([outcome]) => outcome?.status)).toEqual(['CREATED', 'FAILED']);
    expect(await knex('artist').where({ name: 'Miles Davis' })).toEqual([]);
    expect(await nsync.run(run.id)).toEqual(run);
  });

  it('leaves the application’s own instance as it was', async () => {
    await nsync.migrate();
    expect(await knex('artist').where({ name: 'John Coltrane' }).select('name')).toMatchObject([
      { name: 'John Coltrane' },
    ]);
  });

  it('makes models of the tables where there are no classes', async () => {
    const empty = await kind.create();
    const own = applicationKnex(empty.url, []);
    try {
      await createTables(own);
      const tables = await createNsync({ knex: own });
      const table = Artist.tableName;
      const row = { ...ARTIST, values: { name: 'Nina Simone' } };
      expect((await tables.sync({ system: 'Shop', model: table, rows: [row] })).outcomes).toMatchObject([
        { status: 'CREATED' },
      ]);
      expect(await own(table).pluck('name')).toEqual(['Nina Simone']);
      await tables.close();
    } finally {
      await own.destroy();
      await empty.drop();
    }
  });

  it('makes no tables where it is told not to', async () => {
    const empty = await kind.create();
    const own = applicationKnex(empty.url, []);
    try {
      await createTables(own);
      const careful = await createNsync({ knex: own, models: [Artist], migrate: false });
      expect(await own.schema.hasTable('nsync_runs')).toBe(false);
      expect(await careful.migrate()).not.toEqual([]);
      const { run } = await careful.sync({ system: 'Shop', model: 'Artist', rows: [ARTIST] });
      expect(run.status).toBe('COMPLETED');
      await careful.close();
    } finally {
      await own.destroy();
      await empty.drop();
    }
  });

  it('tells what is misspelt', async () => {
    const sync = (more: object): Promise<unknown> =>
      nsync.sync({ system: 'Shop', model: 'Artist', rows: [ARTIST], ...more }).catch((error: unknown) => ({
        code: (error as CallError).code,
        message: (error as CallError).message,
      }));
    expect(await sync({ onErorr: 'CONTINUE' })).toEqual({ code: 'BAD_USER_INPUT', message: 'nsync.sync(): there is no "onErorr". Did you mean "onError"?' }); // prettier-ignore
    expect(await sync({ model: 'Artst' })).toMatchObject({ code: 'UNKNOWN_MODEL' });
    expect(await sync({ minRows: 2 })).toMatchObject({ code: 'TOO_FEW_ROWS' });
    expect(await sync({ onUnknownField: 'FAIL', rows: [{ ...ARTIST, values: { ...ARTIST.values, nick: 'x' } }] })).toMatchObject({ code: 'UNKNOWN_FIELD' }); // prettier-ignore
  });
});

/** The client of a database that nsync does not support. */
class OtherClient extends Client {}
Object.assign(OtherClient.prototype, {
  driverName: 'mssql',
  _driver: () => ({}),
  poolDefaults: () => ({ min: 0, max: 1 }),
});

describe('a knex that cannot be used', () => {
  const refusal = (options: object): Promise<string> =>
    createNsync({ models: [Artist], ...options }).then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );

  it.each<[string, Knex.Config]>([
    ['knex has the client "mssql", which nsync does not support. Use mysql2, pg or better-sqlite3', { client: OtherClient as never, connection: {} }], // prettier-ignore
    ['the SQLite database ":memory:" cannot be shared by several connections. Use the path of a file', { client: 'better-sqlite3', connection: { filename: ':memory:' }, useNullAsDefault: true }], // prettier-ignore
    ['knex renames identifiers (wrapIdentifier, knexSnakeCaseMappers), but nsync requires the names of the database. Rename in the models instead (columnNameMappers, snakeCaseMappers)', { client: 'better-sqlite3', connection: { filename: 'never-made.sqlite' }, useNullAsDefault: true, wrapIdentifier: (name, original) => original(name) }], // prettier-ignore
  ])('%s', async (message, config) => {
    const knex = makeKnex(config);
    expect(await refusal({ knex })).toBe(message);
    await knex.destroy();
  });
});

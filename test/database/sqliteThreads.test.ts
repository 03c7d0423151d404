/** SQLite runs in threads of its own: what comes back is what better-sqlite3 gives, and nobody waits for a long statement. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import { connectDatabase, type Database, openDatabase } from '../../src/database';
import { EXACT, integerType, type ColumnInfo } from '../../src/database/catalog';
import { sqlite } from '../../src/database/sqlite';

const BUILT = join(__dirname, '../../dist/src/database');
/** Counts for about a second, without answering. */
const SLOW =
  'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000000) SELECT max(x) AS x FROM n';

let folder: string;
let file: string;
let database: Database;
let knex: Knex;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nsync-test-'));
  file = join(folder, 'test.sqlite');
  database = openDatabase(`sqlite:${file}`);
  ({ knex } = database);
  await knex.raw('CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size BIGINT DEFAULT 7, picture BLOB)');
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const column = (name: string, type: ColumnInfo['type'], autoIncrement = false): ColumnInfo => ({
  name,
  sqlType: '',
  type,
  nullable: true,
  defaultValue: undefined,
  hasDefault: false,
  autoIncrement,
  generated: false,
  changesOnUpdate: false,
});
const ID = column('id', integerType(64n), true);
const NAME = column('name', { kind: 'string', collation: EXACT });
const SIZE = column('size', integerType(64n));
const PICTURE = column('picture', { kind: 'binary' });

const failureOf = (work: PromiseLike<unknown>): Promise<Error & { code?: string }> =>
  Promise.resolve(work).then(
    () => new Error('it has not failed'),
    (error: unknown) => error as Error & { code?: string },
  );

async function workerOf(of: Knex): Promise<Worker> {
  const client = of.client as {
    acquireConnection(): Promise<{ worker: Worker }>;
    releaseConnection(connection: unknown): Promise<void>;
  };
  const connection = await client.acquireConnection();
  await client.releaseConnection(connection);
  return connection.worker;
}

describe('while a statement runs', () => {
  it.each(['knex', 'reader'] as const)('timers go on (%s)', async (name) => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    await database[name].raw(SLOW);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  it('others are asked, and answers come in order', async () => {
    const order: string[] = [];
    await knex.transaction(async (trx) => {
      await Promise.all([
        trx.raw(SLOW).then(() => order.push('slow')),
        trx('thing').insert({ name: 'A' }).then(() => order.push('insert')), // prettier-ignore
        trx('thing').count().then(() => order.push('count')), // prettier-ignore
      ]);
    });
    expect(order).toEqual(['slow', 'insert', 'count']);
    expect(await database.reader('thing').pluck('name')).toEqual(['A']);
  });
});

describe('values', () => {
  it('are what they were', async () => {
    const given = { name: '\u{1F600} "\\\n', size: 1.5, picture: Buffer.from([0, 1, 255]) };
    expect(await knex('thing').insert(given)).toEqual([1]);
    const row = (await knex('thing').first()) as typeof given;
    expect({ ...row }).toEqual({ id: 1, ...given });
    expect(Buffer.isBuffer(row.picture)).toBe(true);
    const numbers = await knex.raw('SELECT ? AS a, ? AS b, ? AS c, NULL AS d', [-0, Infinity, 2n ** 53n] as never[]);
    expect(numbers).toEqual([{ a: -0, b: Infinity, c: 2 ** 53, d: null }]);
    const exact = await knex.raw('SELECT 9007199254740993 AS big').options({ safeIntegers: true });
    expect(exact).toEqual([{ big: 9007199254740993n }]);
    expect(await knex('thing').update({ size: 2 })).toBe(1);
    expect(await knex('thing').insert({ name: 'B' }).returning(['id', 'name'])).toEqual([{ id: 2, name: 'B' }]);
    expect(await knex('thing').where({ id: 3 })).toEqual([]);
    expect(await knex('thing').delete()).toBe(2);
  });

  it('have the names that columns have by now', async () => {
    const all = (): Promise<object[]> => knex.raw('SELECT * FROM thing') as Promise<object[]>;
    await knex('thing').insert({ name: 'A' });
    expect(await all()).toEqual([{ id: 1, name: 'A', size: 7, picture: null }]);
    const other = new BetterSqlite(file);
    other.exec('ALTER TABLE thing RENAME COLUMN name TO title; ALTER TABLE thing ADD COLUMN more TEXT');
    other.close();
    expect(await all()).toEqual([{ id: 1, title: 'A', size: 7, picture: null, more: null }]);
  });
});

/** By a connection in a thread, and by one that an application's hook has set up. */
describe.each(['a thread', 'a hook'])('many rows on a connection of %s', (where) => {
  let own: Database;
  const hooked: unknown[] = [];
  beforeEach(() => {
    own = connectDatabase(sqlite, {
      connection: { filename: file },
      ...(where === 'a hook'
        ? {
            afterCreate: (connection: never, done: (error: null) => void) => {
              hooked.push(connection);
              done(null);
            },
          }
        : {}),
    });
  });
  afterEach(async () => {
    await own.close();
    expect(hooked.every((connection) => connection instanceof BetterSqlite)).toBe(true);
    expect(hooked.length > 0).toBe(where === 'a hook');
  });

  it('are inserted in their order, whatever is given of them', async () => {
    const names = ['A', 'B', 'C', 'D', undefined];
    const sizes = [9007199254740993n, undefined, null, undefined, 1];
    const insert = { table: 'thing', columns: [NAME, SIZE], values: [names, sizes], count: 5 };
    const [ids, none, back] = await own.knex.transaction(async (trx) => [
      await sqlite.insertRows(trx, { ...insert, returning: [ID] }),
      await sqlite.insertRows(trx, { ...insert, values: [[undefined], [undefined]], count: 1, returning: [] }),
      await sqlite.insertRows(trx, {
        table: 'thing',
        columns: [NAME, PICTURE],
        values: [
          ['E', 'F'],
          [Buffer.from([1]), undefined],
        ],
        count: 2,
        returning: [ID, NAME, SIZE, PICTURE],
      }),
    ]);
    expect(ids).toEqual([1n, 2n, 3n, 4n, 5n].map((id) => ({ id })));
    expect(none).toEqual([{}]);
    expect(back).toEqual([
      { id: 7n, name: 'E', size: 7n, picture: Buffer.from([1]) },
      { id: 8n, name: 'F', size: 7n, picture: null },
    ]);
    expect(await own.reader('thing').select(own.reader.raw('name, CAST(size AS TEXT) AS size')).limit(5)).toEqual([
      { name: 'A', size: '9007199254740993' },
      { name: 'B', size: '7' },
      { name: 'C', size: null },
      { name: 'D', size: '7' },
      { name: null, size: '1' },
    ]);
  });

  it.each([0, 41])('give back the ids that they got, of many in a few statements, after %d', async (before) => {
    if (before > 0) await own.knex('thing').insert({ id: before, name: 'before' });
    const names = Array.from({ length: 103 }, (_, index) => `name ${index}`);
    // The first twenty say their own size, the others leave it to the database: two statements.
    const sizes = names.map((_, index) => (index < 20 ? index : undefined));
    const insert = { table: 'thing', columns: [NAME, SIZE], values: [names, sizes], count: 103, returning: [ID] };
    const ids = await own.knex.transaction((trx) => sqlite.insertRows(trx, insert));
    expect(ids).toEqual(names.map((_, index) => ({ id: BigInt(before + index + 1) })));
    expect(await own.reader('thing').select('id', 'size').whereNot({ name: 'before' }).orderBy('id')).toEqual(
      names.map((_, index) => ({ id: before + index + 1, size: sizes[index] ?? 7 })),
    );
    expect(await own.reader('thing').whereNot({ name: 'before' }).orderBy('id').pluck('name')).toEqual(names);
  });

  it('give back the ids that SQLite takes where it cannot count on', async () => {
    await own.knex.raw('INSERT INTO thing (id, name) VALUES (9223372036854775807, ?)', ['last']);
    const names = Array.from({ length: 40 }, (_, index) => `name ${index}`);
    const insert = { table: 'thing', columns: [NAME], values: [names], count: 40, returning: [ID] };
    const ids = await own.knex.transaction((trx) => sqlite.insertRows(trx, insert));
    const found = (await own
      .reader('thing')
      .select('name', own.reader.raw('CAST(id AS TEXT) AS id'))
      .whereNot({ name: 'last' })) as { name: string; id: string }[];
    const byName = new Map(found.map(({ name, id }) => [name, id]));
    expect(ids.map(({ id }) => String(id))).toEqual(names.map((name) => byName.get(name)));
  });

  it('are updated, and large ones as well', async () => {
    const large = 'x'.repeat(3_000_000);
    const names = [`${large}1`, `${large}2`, `${large}3`];
    await own.knex.transaction(async (trx) => {
      await sqlite.insertRows(trx, { table: 'thing', columns: [NAME], values: [names], count: 3, returning: [ID] });
      await sqlite.updateRows(trx, {
        table: 'thing',
        keys: [ID],
        keyValues: [[1, 2, 3]],
        columns: [NAME, SIZE],
        values: [names.map((name) => `${name}!`), [undefined, 1, 2]],
        count: 3,
      });
    });
    expect(await own.reader('thing').select('name', 'size')).toEqual(
      names.map((name, index) => ({ name: `${name}!`, size: index || 7 })),
    );
  });

  it('up to one that fails are undone with their savepoint', async () => {
    await own.knex.transaction(async (trx) => {
      await trx.raw('SAVEPOINT rows');
      const insert = { table: 'thing', columns: [NAME], values: [['A', 'B', 'A']], count: 3, returning: [ID] };
      const error = await failureOf(sqlite.insertRows(trx, insert));
      // By name: the addon keeps the class that it was first loaded with, which in jest may be of another file.
      expect((error as Error).constructor.name).toBe('SqliteError');
      expect(error).toMatchObject({
        code: 'SQLITE_CONSTRAINT_UNIQUE',
        message: 'UNIQUE constraint failed: thing.name',
      });
      expect(sqlite.explainFailure(error)).toEqual({ kind: 'violation', code: 'UNIQUE_VIOLATION', columns: ['name'] });
      expect(await trx('thing').pluck('name')).toEqual(['A', 'B']);
      await trx.raw('ROLLBACK TO rows');
    });
    expect(await own.reader('thing')).toEqual([]);
  });
});

describe('failures', () => {
  it('keep their code, and say what they say', async () => {
    const { name, code, message } = await failureOf(knex.raw('SELECT absent FROM thing'));
    expect({ name, code, message }).toEqual({
      name: 'SqliteError',
      code: 'SQLITE_ERROR',
      message: 'SELECT absent FROM thing - no such column: absent',
    });
    expect((await failureOf(knex.raw('SELECT 1; SELECT 2'))).name).toBe('RangeError');
    const nowhere = openDatabase(`sqlite:${join(folder, 'nowhere', 'at-all.sqlite')}`);
    const error = await failureOf(nowhere.knex.raw('SELECT 1'));
    expect(error.message).toContain('directory does not exist');
    await nowhere.close();
    const folderAsFile = openDatabase(`sqlite:${folder}`);
    expect(sqlite.explainFailure(await failureOf(folderAsFile.knex.raw('SELECT 1')))).toEqual({
      kind: 'outage',
      outage: 'refused',
    });
    await folderAsFile.close();
  });

  it('of a thread that ends reach those who wait, and the next has another', async () => {
    const worker = await workerOf(knex);
    const waiting = [failureOf(knex.raw(SLOW)), failureOf(knex.transaction(async (trx) => trx('thing').select()))];
    await new Promise((resolve) => setTimeout(resolve, 100));
    await worker.terminate();
    const lost = await waiting[0];
    expect(lost).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(lost?.message).toContain('the thread of the SQLite connection has ended');
    expect(sqlite.explainFailure(lost)).toEqual({ kind: 'outage', outage: 'lost' });
    // It had no connection yet, and has got a new one.
    expect((await waiting[1])?.message).toBe('it has not failed');
    expect(await knex('thing').insert({ name: 'A' })).toEqual([1]);

    const failure = failureOf(
      knex.transaction(async (trx) => {
        await trx('thing').insert({ name: 'B' });
        await (await workerOf(trx)).terminate();
        await trx('thing').insert({ name: 'C' });
      }),
    );
    expect(sqlite.explainFailure(await failure)).toEqual({ kind: 'outage', outage: 'lost' });
    expect(await knex('thing').pluck('name')).toEqual(['A']);

    // Where nobody waits, nobody hears of it.
    await (await workerOf(knex)).terminate();
    expect(await knex('thing').pluck('name')).toEqual(['A']);
  });
});

describe('a process', () => {
  const run = async (script: string): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '-e',
        `const { ThreadConnection } = require(${JSON.stringify(join(BUILT, 'sqlite/threadConnection'))});
         const SLOW = ${JSON.stringify(SLOW)};
         ThreadConnection.open({ filename: ${JSON.stringify(file)} }).then(async (connection) => { ${script} });`,
      ],
      { timeout: 20_000 },
    );
    return stdout;
  };

  it('ends though a connection is open, with what it waits for', async () => {
    expect(await run(`await connection.query(SLOW, []); console.log('done');`)).toBe('done\n');
    expect(await run(`connection.query("INSERT INTO thing (name) VALUES ('A')", []);`)).toBe('');
    expect(await database.reader('thing').pluck('name')).toEqual(['A']);
    expect(await run(`connection.query(SLOW, []); process.exit();`)).toBe('');
  });

  it('can wait for a connection to be closed', async () => {
    expect(
      await run(`await connection.close(); await connection.close(); console.log('closed');
                 await connection.query('SELECT 1', []).catch(({ code }) => console.log(code));`),
    ).toBe('closed\nCONNECTION_LOST\n');
  });
});

describe('the log', () => {
  it('is copied into the database once it is long and a COMMIT is answered', async () => {
    const insert = (rows: number): Promise<unknown> =>
      knex.raw(
        `WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${rows}) INSERT INTO thing (size) SELECT x FROM n`,
      );
    const sizeAfter = async (rows: number): Promise<number> => {
      await insert(rows);
      // It is the thread's turn again when it answers.
      await knex.raw('SELECT 1');
      return statSync(file).size;
    };
    const empty = statSync(file).size;
    expect(await sizeAfter(5000)).toBe(empty);
    expect(await sizeAfter(5000)).toBeGreaterThan(empty + 50_000);
    expect(await knex('thing').count({ count: '*' })).toEqual([{ count: 10_000 }]);
  });
});

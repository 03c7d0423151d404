/** SQLite runs in threads of its own: results equal those of better-sqlite3, and long statements do not block other work. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import BetterSqlite from 'better-sqlite3';
import type { Knex } from 'knex';
import { type Database, openDatabase } from '../../src/database';
import { sqlite } from '../../src/database/sqlite';
import { failureOf } from '../support/failureOf';

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
    // This query had no connection yet, and received a new one.
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

    // Without an open request, the end of the thread is not reported.
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
        `const { ThreadConnection } = require(${JSON.stringify(join(BUILT, 'sqlite/thread/connection'))});
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
      // The thread answers this query after its checkpoint.
      await knex.raw('SELECT 1');
      return statSync(file).size;
    };
    const empty = statSync(file).size;
    expect(await sizeAfter(5000)).toBe(empty);
    expect(await sizeAfter(5000)).toBeGreaterThan(empty + 50_000);
    expect(await knex('thing').count({ count: '*' })).toEqual([{ count: 10_000 }]);
  });
});

/** SQLite writes many rows with few statements: the stored values, the ids, and the effect of a failed row. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { connectDatabase, type Database, openDatabase } from '../../src/database';
import { EXACT, integerType, type ColumnInfo } from '../../src/database/catalog';
import { sqlite } from '../../src/database/sqlite';
import { failureOf } from '../support/failureOf';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nsync-test-'));
  file = join(folder, 'test.sqlite');
  const database = openDatabase(`sqlite:${file}`);
  await database.knex.raw(
    'CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, size BIGINT DEFAULT 7, picture BLOB)',
  );
  await database.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

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

/** On a connection in a thread, and on one that an application's hook has set up. */
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
    // The first twenty rows give a size, the others leave it to the database, which makes two statements.
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
      // Compared by name, because the addon keeps the class of its first load, which in jest may be of another file.
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

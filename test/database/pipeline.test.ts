/** MariaDB receives the statements of a transaction before it has answered those before them (R43, R44). */
import type { Knex } from 'knex';
import { type Database, openDatabase } from '../../src/database';
import { Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { SyncEngine } from '../../src/sync';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { commandProxy } from '../support/commandProxy';
import { failureOf } from '../support/failureOf';
import { requestOf } from '../support/tagRuns';

const LABELS = Array.from({ length: 300 }, (_, index) => `tag ${index}`);
/** Longer than what a socket takes at once, and longer than one packet of an answer's rows. */
const LONG = 'x'.repeat(3_000_000);

const rowsOf = async (answer: PromiseLike<unknown>): Promise<unknown> => ((await answer) as [unknown])[0];

describe.each(DATABASES.filter(({ name }) => name === 'MariaDB'))('statements sent together on $name', (kind) => {
  let test: TestDatabase;
  let knex: Knex;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    ({ knex } = test.database);
    await createDemoTables(knex);
  });
  afterEach(() => test.drop());

  it('each get their own answer, whatever its kind', async () => {
    await knex.transaction(async (trx) => {
      const answers = await Promise.allSettled([
        rowsOf(trx.raw('SELECT 1 AS one')),
        rowsOf(trx.raw('SELECT ? AS text, LENGTH(?) AS bytes', [LONG, LONG])),
        rowsOf(trx.raw('SELECT * FROM no_such_table')),
        rowsOf(trx.raw('SELECT seq FROM seq_1_to_2000')),
        trx('tag').insert({ label: 'a' }),
        rowsOf(trx.raw('SELECT 1 FROM tag WHERE FALSE')),
        rowsOf(trx.raw("SELECT label FROM tag; SELECT 'never'")),
        trx('tag').pluck('label'),
      ]);
      expect(answers).toEqual([
        { status: 'fulfilled', value: [{ one: 1 }] },
        { status: 'fulfilled', value: [{ text: LONG, bytes: LONG.length }] },
        { status: 'rejected', reason: expect.objectContaining({ errno: 1146 }) as unknown },
        { status: 'fulfilled', value: Array.from({ length: 2000 }, (_, index) => ({ seq: index + 1 })) },
        { status: 'fulfilled', value: [1] },
        { status: 'fulfilled', value: [] },
        { status: 'rejected', reason: expect.objectContaining({ errno: 1064 }) as unknown },
        { status: 'fulfilled', value: ['a'] },
      ]);
    });
    expect(await knex('tag').pluck('label')).toEqual(['a']);
  });

  /** The work of each kind of transaction through a proxy. Returns how many commands were sent early. */
  async function earlyCommands(closes: boolean): Promise<number> {
    const proxy = await commandProxy(test.url, closes);
    const proxied: Database = openDatabase(proxy.url);
    try {
      const engine = new SyncEngine(proxied, await readCatalog(proxied, [Tag]), { chunkSize: 50 });
      for (const options of [{}, { onError: 'CONTINUE' } as const]) {
        const { status } = await engine.run(requestOf(LABELS, { options }));
        expect(status).toBe('COMPLETED');
      }
      const calls = await Promise.all(LABELS.slice(0, 20).map((label) => engine.run(requestOf([`one ${label}`]))));
      expect(calls.map(({ status }) => status)).toEqual(Array(20).fill('COMPLETED'));
      expect(await knex('tag').pluck('label')).toHaveLength(LABELS.length + 20);
      return proxy.early();
    } finally {
      await proxied.close();
      await proxy.close();
    }
  }

  it('reach the server before it has answered those before them', async () => {
    expect(await earlyCommands(false)).toBeGreaterThan(20);
  });

  it('wait for each other behind a proxy that accepts one at a time, once that is known', async () => {
    const early = await earlyCommands(true);
    // A connection of each pool finds out. A pool may open several at once.
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(10);
  });

  it('all fail if the connection is lost, and the next ones get another connection', async () => {
    const work = knex.transaction(async (trx) => {
      const [[{ id }]] = (await trx.raw('SELECT CONNECTION_ID() AS id')) as unknown as [[{ id: number }]];
      const waiting = [trx.raw('SELECT SLEEP(10)'), trx('tag').insert({ label: 'a' }), trx.raw('SELECT 1')];
      await knex.raw(`KILL ${id}`);
      return Promise.allSettled(waiting);
    });
    const failure = await failureOf(work);
    expect(test.database.dialect.explainFailure(failure)).toMatchObject({ kind: 'outage', outage: 'lost' });
    expect(await knex('tag').pluck('label')).toEqual([]);
  });

  it.each(['commit', 'rollback'] as const)('leave a connection with autocommit after %s', async (end) => {
    const trx = await knex.transaction();
    await trx('tag').insert({ label: 'a' });
    const [[during]] = (await trx.raw('SELECT CONNECTION_ID() AS id, @@autocommit AS auto')) as unknown as [[object]];
    await trx[end]();
    const [[after]] = (await knex.raw('SELECT CONNECTION_ID() AS id, @@autocommit AS auto')) as unknown as [[object]];
    expect([during, after]).toEqual([
      { ...after, auto: 0 },
      { ...during, auto: 1 },
    ]);
    expect(await knex('tag').pluck('label')).toEqual(end === 'commit' ? ['a'] : []);
  });

  it.each(['commit', 'rollback'] as const)(
    'are committed one by one after a transaction without any, ended by %s',
    async (end) => {
      await knex.transaction((trx) => trx('tag').insert({ label: 'a' }));
      const trx = await knex.transaction();
      await trx[end]();
      await knex('tag').insert({ label: 'b' });
      const other = openDatabase(test.url);
      try {
        expect(await other.knex('tag').pluck('label')).toEqual(['a', 'b']);
      } finally {
        await other.close();
      }
    },
  );

  it('have autocommit after a transaction, also if their rows are streamed', async () => {
    await knex.transaction((trx) => trx('tag').insert({ label: 'a' }));
    const rows: unknown[] = [];
    for await (const row of knex.select({ auto: knex.raw('@@autocommit') }).stream()) rows.push(row);
    expect(rows).toEqual([{ auto: 1 }]);
  });
});

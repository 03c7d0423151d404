/** What the database reports for monitoring: sizes of nsync's own tables, pools, and retries. */
import { onRetry, ownSizes, poolsOf, retrying } from '../../src/database';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const ROWS = 500;

describe.each(DATABASES)('on $name', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
  });
  afterAll(() => test.drop());

  it('the sizes of own tables are estimated, of no other', async () => {
    const { knex } = test.database;
    await knex.schema.createTable('nsyncish', (table) => void table.integer('id').primary());
    const systems = Array.from({ length: ROWS }, (_, index) => ({ name: `System ${index}`, created_at: '2026-01-01 00:00:00' })); // prettier-ignore
    await knex.batchInsert('nsync_external_systems', systems, 100);
    if (kind.name === 'MariaDB') await knex.raw('ANALYZE TABLE nsync_external_systems');
    if (kind.name === 'PostgreSQL') await knex.raw('ANALYZE nsync_external_systems');
    const { tables, fileBytes } = await ownSizes(test.database);
    const names = tables.map(({ table }) => table);
    expect(names).toEqual(expect.arrayContaining(['nsync_runs', 'nsync_row_outcomes', 'nsync_external_key_mappings']));
    expect(names).not.toContain('nsyncish');
    const systemsSize = tables.find(({ table }) => table === 'nsync_external_systems');
    expect(systemsSize?.rows).toBeGreaterThan(ROWS * 0.9);
    expect(systemsSize?.rows).toBeLessThan(ROWS * 1.1);
    expect(tables.find(({ table }) => table === 'nsync_row_outcomes')?.rows).toBe(0);
    if (kind.name === 'SQLite') expect([systemsSize?.bytes, Number(fileBytes) % 512]).toEqual([null, 0]);
    else expect([Number(systemsSize?.bytes) >= 16_384, fileBytes]).toEqual([true, null]);
  });

  if (kind.name === 'PostgreSQL')
    it('the sizes are told while a table is locked', async () => {
      const trx = await test.database.knex.transaction();
      try {
        await trx.raw('LOCK TABLE nsync_row_outcomes IN ACCESS EXCLUSIVE MODE');
        expect((await ownSizes(test.database)).tables.length).toBeGreaterThan(5);
      } finally {
        await trx.rollback();
      }
    });

  it('the pools are told with those that wait for a connection', async () => {
    const { database } = test;
    const { most = 0 } = poolsOf(database).find(({ pool }) => pool === 'knex') ?? {};
    const held = [];
    for (let index = 0; index < most; index += 1) held.push(await database.knex.transaction());
    const waiting = database.knex.raw('SELECT 1').then(() => undefined);
    expect(poolsOf(database)[0]).toEqual({ pool: 'knex', used: most, free: 0, pending: 1, most });
    for (const trx of held) await trx.rollback();
    await waiting;
    expect(poolsOf(database)[0]).toMatchObject({ used: 0, pending: 0 });
    const separate = database.reader === database.knex ? [] : ['reader'];
    expect(poolsOf(database).map(({ pool }) => pool)).toEqual(['knex', ...separate, 'monitor']);
  });

  it('work that is done again is told, with the reason', async () => {
    const told: string[] = [];
    const end = onRetry((outage) => void told.push(outage));
    try {
      const gone = Object.assign(new Error('gone'), { code: 'ECONNRESET' });
      await retrying(test.database.dialect, (attempt) => (attempt < 3 ? Promise.reject(gone) : Promise.resolve()));
    } finally {
      end();
    }
    expect(told).toEqual(['lost', 'lost']);
  });
});

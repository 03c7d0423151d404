/** R44: concurrent runs end as if one had followed the other, on one server and on two, even if connections are lost. */
import type { Knex } from 'knex';
import { type Database, openDatabase } from '../../src/database';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, SyncEngine, type SyncOptions } from '../../src/sync';
import { type DatabaseKind, DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const CLIENTS = 8;
const OBJECTS = 40;

async function engineOn(database: Database): Promise<SyncEngine> {
  return new SyncEngine(database, await readCatalog(database, [Person, House, Car, Tag]), { chunkSize: 7 });
}

/** All clients sync the same persons and houses, with different values and in another order of rows. */
async function syncAs(client: number, engine: SyncEngine, options: Partial<SyncOptions> = {}): Promise<void> {
  const numbers = Array.from({ length: OBJECTS }, (_, index) => (index * 7 + client) % OBJECTS);
  const source = (model: string, values: (number: number) => Record<string, string>, matchOn: string) => ({
    system: `Client ${client}`,
    model,
    file: null,
    text: true,
    columns: Object.keys(values(0)),
    async *batches() {
      yield await Promise.resolve(
        numbers.map((number, index) => ({
          number: index + 1,
          actionFlags: 'cu*',
          matchOn,
          externalKey: `key ${number}`,
          values: values(number),
        })),
      );
    },
  });
  const { outcomes } = await engine.run({
    sources: [
      source('Person', (n) => ({ employee_id: `E${n}`, first_name: `By ${client}`, last_name: 'X' }), 'employee_id'),
      source(
        'House',
        (n) => ({ address: `H${n}`, country: `By ${client}`, 'owner=>employee_id': `E${(n + client) % OBJECTS}` }),
        'address',
      ),
    ],
    options: { ...DEFAULT_OPTIONS, ...options },
    wantOutcomes: true,
  });
  expect(outcomes.flat().filter(({ status, problems }) => status === 'FAILED' || problems.length > 0)).toEqual([]);
}

/**
 * The last client has set every value of both models, and the references. With CONTINUE other runs act between the chunks of a run, so
 * each row has a last client of its own.
 */
async function expectWinner(knex: Knex, clients: readonly number[], onError: 'ROLLBACK' | 'CONTINUE'): Promise<void> {
  const persons = (await knex('person')) as Record<string, unknown>[];
  const houses = (await knex('house').join('person', 'person.id', 'owner_id').select('house.*', 'employee_id')) as {
    address: string;
    country: string;
    employee_id: string;
  }[];
  expect(new Set(persons.map(({ employee_id }) => employee_id)).size).toBe(OBJECTS);
  expect(persons).toHaveLength(OBJECTS);
  expect(houses).toHaveLength(OBJECTS);
  const winnerOf = (value: unknown): number => Number(String(value).replace('By ', ''));
  const winners = new Set([...persons.map(({ first_name }) => first_name), ...houses.map(({ country }) => country)]);
  if (onError === 'ROLLBACK') expect(winners.size).toBe(1);
  expect(clients).toEqual(expect.arrayContaining([...winners].map(winnerOf)));
  for (const { address, country, employee_id } of houses)
    expect(employee_id).toBe(`E${(Number(address.slice(1)) + winnerOf(country)) % OBJECTS}`);
  const mappings = (await knex('nsync_external_key_mappings')
    .select('external_system_id', 'model')
    .count({ keys: '*' })
    .groupBy('external_system_id', 'model')) as { keys: unknown }[];
  expect(mappings.map(({ keys }) => Number(keys))).toEqual(Array.from({ length: clients.length * 2 }, () => OBJECTS));
  const running = (await knex('nsync_runs').where({ status: 'RUNNING' })) as unknown[];
  expect(running).toEqual([]);
}

/** Ends connections during their work. */
const KILL: Partial<Record<DatabaseKind['name'], (knex: Knex) => Promise<number>>> = {
  async PostgreSQL(knex) {
    const { rows } = await knex.raw<{ rows: unknown[] }>(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL LIMIT 1',
    );
    return rows.length;
  },
  async MariaDB(knex) {
    const [rows = []] = await knex.raw<[{ id: number }[]]>(
      'SELECT trx_mysql_thread_id AS id FROM information_schema.innodb_trx JOIN information_schema.processlist p ON p.id = trx_mysql_thread_id WHERE p.db = DATABASE() LIMIT 1',
    );
    // The connection may have ended in between.
    for (const { id } of rows) await knex.raw('KILL ?', [id]).catch(() => undefined);
    return rows.length;
  },
};

describe.each(DATABASES)('R44 on $name', (kind) => {
  const clients = Array.from({ length: CLIENTS }, (_, index) => index);
  let test: TestDatabase;
  let others: Database[];
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    others = [openDatabase(test.url)];
  });
  afterEach(async () => {
    for (const other of others) await other.close();
    await test.drop();
  });

  it.each(['ROLLBACK', 'CONTINUE'] as const)(
    'eight clients of one server sync the same objects, %s',
    async (onError) => {
      const engine = await engineOn(test.database);
      await Promise.all(clients.map((client) => syncAs(client, engine, { onError })));
      await expectWinner(test.database.knex, clients, onError);
    },
  );

  it('eight clients of two servers sync the same objects', async () => {
    const engines = await Promise.all([test.database, ...others].map(engineOn));
    await Promise.all(clients.map((client) => syncAs(client, engines[client % 2] as SyncEngine)));
    await expectWinner(test.database.knex, clients, 'ROLLBACK');
  });

  const kill = KILL[kind.name];
  if (kill)
    it.each(['ROLLBACK', 'CONTINUE'] as const)('connections that are killed are made again, %s', async (onError) => {
      const engines = await Promise.all([test.database, ...others].map(engineOn));
      const killer = openDatabase(test.url);
      others.push(killer);
      let killed = 0;
      let done = false;
      const killing = (async () => {
        // Fewer than a run's attempts, because on a busy machine all may affect the same run.
        while (!done && killed < 6) {
          killed += await kill(killer.knex);
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      })();
      const ended: PromiseSettledResult<void>[] = [];
      for (let round = 0; round < 30 && killed < 4; round += 1)
        ended.push(
          ...(await Promise.allSettled(
            clients.map((client) => syncAs(client, engines[client % 2] as SyncEngine, { onError })),
          )),
        );
      done = true;
      await killing;
      expect(ended.filter(({ status }) => status === 'rejected')).toEqual([]);
      expect(killed).toBeGreaterThanOrEqual(4);
      await expectWinner(test.database.knex, clients, onError);
    });
});

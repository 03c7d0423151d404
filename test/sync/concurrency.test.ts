/** R44: concurrent runs end as if one had followed the other, on one server and on two, even if connections are lost. */
import type { Knex } from 'knex';
import { type Database, openDatabase } from '../../src/database';
import { createDemoTables } from '../../src/demo/tables';
import type { SyncEngine } from '../../src/sync';
import { engineOn, expectWinner, syncAs } from '../support/concurrentRuns';
import { type DatabaseKind, DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

const CLIENTS = 8;

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

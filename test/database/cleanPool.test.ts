/** Only clean connections return to the pool: whatever statement fails, nothing stays locked, and the next call works. */
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { type Database, openDatabase } from '../../src/database';
import { Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { deleteSystem, saveSystem } from '../../src/records';
import { DEFAULT_OPTIONS, SyncEngine, type SyncOptions } from '../../src/sync';
import { type DatabaseKind, DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { FailingDriver } from '../support/failingDriver';

const MOST_STATEMENTS = 200;
const now = (): string => new Date().toISOString();

async function sync(engine: SyncEngine, options: Partial<SyncOptions>, model = 'Person'): Promise<string> {
  const rows = [1, 2, 3].map((number) => ({
    number,
    actionFlags: 'cu*',
    matchOn: model === 'Person' ? 'employee_id' : 'label',
    externalKey: `key ${number}`,
    values:
      model === 'Person'
        ? { employee_id: `E${number}`, first_name: String(Math.random()), last_name: 'X' }
        : { label: `L${number}` },
  }));
  const source = {
    system: 'Test',
    model,
    file: null,
    text: true,
    columns: Object.keys(rows[0]?.values ?? {}),
    batches: async function* () {
      yield await Promise.resolve(rows);
    },
  };
  const run = { sources: [source], options: { ...DEFAULT_OPTIONS, ...options }, wantOutcomes: true };
  return (await engine.run(run)).status;
}

/** Calls that write, each in its own transactions. */
const CALLS: Readonly<Record<string, (database: Database, engine: SyncEngine) => Promise<unknown>>> = {
  'a run that rolls back on errors': (_database, engine) => sync(engine, {}),
  'a run that continues': (_database, engine) => sync(engine, { onError: 'CONTINUE' }),
  'a dry run': (_database, engine) => sync(engine, { dryRun: true }),
  saveExternalSystem: (database) => saveSystem(database, { name: 'Other', description: now() }, now()),
  deleteExternalSystem: (database) => deleteSystem(database, 'Test', true).catch(() => undefined),
  'work that nobody else does': ({ dialect, knex }) =>
    dialect.alone(knex, (own) => own('tag').insert({ label: String(Math.random()) })),
};

/** The number of open transactions, as another program sees them. */
const OPEN: Record<DatabaseKind['name'], (test: TestDatabase) => Promise<number>> = {
  SQLite({ url }) {
    const other = new Sqlite(url.replace('sqlite:', ''), { timeout: 0 });
    try {
      other.exec('BEGIN IMMEDIATE; COMMIT');
      return Promise.resolve(0);
    } catch {
      return Promise.resolve(1);
    } finally {
      other.close();
    }
  },
  async PostgreSQL({ database }) {
    const { rows } = await database.knex.raw<{ rows: unknown[] }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
       UNION SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length;
  },
  async MariaDB({ database }) {
    const [open] = (await database.knex.raw(
      'SELECT t.trx_id FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE()',
    )) as unknown as [unknown[]];
    const leases = (await database.knex('nsync_leases').whereNotNull('owner')) as unknown[];
    return open.length + leases.length;
  },
};

/** A server notices a closed connection only after a while. */
async function openTransactions(name: DatabaseKind['name'], test: TestDatabase): Promise<number> {
  let open = await OPEN[name](test);
  for (let attempt = 0; open > 0 && attempt < 20; attempt += 1) {
    await setTimeout(25);
    open = await OPEN[name](test);
  }
  return open;
}

/** Unknown failures, and one that every database may report during a statement. */
const FULL: Record<DatabaseKind['name'], object> = {
  SQLite: { code: 'SQLITE_FULL' },
  MariaDB: { errno: 1021, sqlState: 'HY000' },
  PostgreSQL: { code: '53100', severity: 'ERROR' },
};

/** How a transaction begins. */
const BEGINS: Record<DatabaseKind['name'], RegExp> = {
  SQLite: /^begin/i,
  MariaDB: /^SET autocommit = 0/,
  PostgreSQL: /^begin/i,
};

/** Whether a connection switches autocommit before a statement depends on what it was used for before. */
const switches = (sql: string): boolean => /^SET autocommit/.test(sql);
const COUNTED = [(sql: string): boolean => !switches(sql), switches];

describe.each(DATABASES)('the pool of $name', (kind) => {
  let test: TestDatabase;
  let database: Database;
  let driver: FailingDriver;
  let engine: SyncEngine;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    database = openDatabase(test.url);
    driver = new FailingDriver(database);
    engine = new SyncEngine(database, await readCatalog(database, [Person, Tag]), { chunkSize: 2 });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  const modes = [
    ['is not carried out', () => new Error('nobody knows this one'), false],
    ['finds no space', () => Object.assign(new Error('no space'), FULL[kind.name]), false],
    ['is carried out, but its answer is lost', () => new Error('nobody knows this one'), true],
  ] as const;

  describe.each(Object.entries(CALLS))('%s', (_name, call) => {
    it.each(modes)('leaves nothing behind if a statement %s', async (_mode, makeError, isAnswerLost) => {
      const failed: string[] = [];
      const failAt = async (n: number, counts: (sql: string) => boolean): Promise<boolean> => {
        // A connection that was used without a transaction has to begin the next one.
        await database.knex.raw('SELECT 1');
        driver.failAt(n, makeError, isAnswerLost, counts);
        const ended = await call(database, engine).then(
          () => 'done',
          (error: unknown) => error,
        );
        driver.rest();
        if (driver.failed === null) {
          expect(ended).not.toBeInstanceOf(Error);
          return false;
        }
        failed.push(driver.failed);
        const open = await openTransactions(kind.name, test);
        const next = await Promise.all([sync(engine, {}), sync(engine, {}, 'Tag')]);
        expect({ failed: driver.failed, open, next }).toEqual({
          failed: driver.failed,
          open: 0,
          next: ['COMPLETED', 'COMPLETED'],
        });
        return true;
      };
      for (const counts of COUNTED) {
        let n = 1;
        while (n < MOST_STATEMENTS && (await failAt(n, counts))) n += 1;
        expect(n).toBeLessThan(MOST_STATEMENTS);
      }
      expect(failed.filter((sql) => BEGINS[kind.name].test(sql))).not.toEqual([]);
      expect(failed.filter((sql) => /^(commit|rollback)/i.test(sql))).not.toEqual([]);
    });
  });
});

/** A refusal that a row's values cause fails only that row, and takes few statements (R17, R17a). */
import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../src/database';
import { ALL_TABLES, readDatabaseModels } from '../../src/models';
import { DATABASES, type DatabaseKind, migratedDatabase } from '../support/databases';
import { engineFor, testEngine, type TestEngine, type TestRow, told } from '../support/engine';
import { REFUSALS, sqliteTrigger } from './refusalCases';

/** A row, matched by `id` if it has one. */
const row = (values: TestRow, index: number): TestRow => ({
  ...values,
  ...('id' in values ? { $match: 'id' } : { $key: `k${index}` }),
});

describe.each(DATABASES)('refusals on $name', (kind) => {
  const ofKind = REFUSALS.filter(({ tables }) => tables[kind.name]);

  const engineOn = (statements: readonly string[]): Promise<TestEngine> =>
    testEngine(kind, null, async ({ database }) => {
      for (const statement of statements) await database.knex.raw(statement.replace('{id}', COUNTED[kind.name]));
    });

  it.each(ofKind)('R17a: $what fails its row alone', async ({ tables, bad, good, code, message, usesUpKeys }) => {
    const engine = await engineOn(tables[kind.name] ?? []);
    try {
      const half = Math.ceil(good.length / 2);
      const rows = [...good.slice(0, half), bad, ...good.slice(half)].map(row);
      const expected = rows.map((_, index): string => (index === half ? `FAILED ${code}` : 'CREATED'));
      const modes = [{ onError: 'ROLLBACK' }, { dryRun: true }, { onError: 'CONTINUE' }] as const;
      // A dry run generates no keys, so it does not reach their end.
      for (const options of modes.filter((mode) => !('dryRun' in mode && usesUpKeys))) {
        const outcomes = await engine.sync('item', rows, options);
        const withoutFields = outcomes.map((outcome) => told(outcome).replace(/\(.*\)/, ''));
        expect({ options, told: withoutFields }).toEqual({ options, told: expected });
        if (message) expect(outcomes[half]?.problems[0]?.message).toMatch(message);
        expect(JSON.stringify(outcomes)).not.toMatch(/insert into/i);
      }
      const stored: unknown[] = await engine.test.database.knex('item').select('id').whereIn('id', [1, 2, 3]);
      expect(stored).toHaveLength(good.length);
    } finally {
      await engine.close();
    }
  });

  it('R17: a unique value that another object has names the value and the object', async () => {
    const engine = await engineOn(CONTACTS);
    try {
      await engine.sync('contact', [{ id: 7, email: 'a@x', $match: 'id' }]);
      const rows = [8, 9].map((id): TestRow => ({ id, email: 'a@x', $match: 'id' }));
      for (const chunkSize of [1, 2]) {
        const outcomes = await engine.sync('contact', [...rows, { id: 7, email: 'a@x', $match: 'id' }], { chunkSize });
        expect(outcomes.map(told)).toEqual(['FAILED UNIQUE_VIOLATION(email)', 'FAILED UNIQUE_VIOLATION(email)', 'UNCHANGED']); // prettier-ignore
        expect(outcomes[0]?.problems[0]?.message).toBe('contact 7 already has email "a@x", which must be unique.');
      }
    } finally {
      await engine.close();
    }
  });

  it('R17: values in conflict are found before they are written, however many rows have them', async () => {
    const engine = await engineOn(CONTACTS);
    try {
      await engine.sync('contact', [{ id: 1, email: 'a@x', $match: 'id' }]);
      const statements = (rows: number): Promise<number> =>
        counted(engine, async () => {
          const outcomes = await engine.sync('contact', Array.from({ length: rows }, (_, n) => ({ id: 10 + n, email: 'a@x', $match: 'id' }))); // prettier-ignore
          expect(new Set(outcomes.map(told))).toEqual(new Set(['FAILED UNIQUE_VIOLATION(email)']));
        });
      await statements(2);
      expect(await statements(900)).toBe(await statements(20));
      // The same holds for values that the run's own rows contain twice.
      const pairs = (from: number, rows: number): Promise<number> =>
        counted(engine, async () => {
          const outcomes = await engine.sync('contact', Array.from({ length: rows }, (_, n) => ({ $key: `${from + n}`, email: `${from + (n >> 1)}@x` }))); // prettier-ignore
          expect(outcomes.filter(({ status }) => status === 'CREATED')).toHaveLength(rows / 2);
        });
      expect(await pairs(10_000, 900)).toBe(await pairs(20_000, 20));
    } finally {
      await engine.close();
    }
  });

  it('R17: foreign keys that point to nothing are found before they are written', async () => {
    const engine = await engineOn([
      ...CONTACTS,
      'CREATE TABLE visit (id {id}, contact_id integer, FOREIGN KEY (contact_id) REFERENCES contact (id))',
    ]);
    try {
      await engine.sync('contact', [{ id: 1, $match: 'id' }]);
      const statements = (from: number, rows: number): Promise<number> =>
        counted(engine, async () => {
          const outcomes = await engine.sync('visit', Array.from({ length: rows }, (_, n) => ({ $key: `${from + n}`, contact_id: n % 2 === 0 ? 1 : 99 }))); // prettier-ignore
          expect(new Set(outcomes.map(told))).toEqual(new Set(['CREATED', 'FAILED FOREIGN_KEY_VIOLATION(contact_id)']));
          expect(outcomes[1]?.problems[0]?.message).toBe('There is no contact with id 99.');
        });
      await statements(0, 2);
      expect(await statements(10_000, 900)).toBe(await statements(20_000, 20));
    } finally {
      await engine.close();
    }
  });

  it('R17a: k rows at fault among n cost k log n attempts at the most', async () => {
    const engine = await engineOn(CONTACTS);
    try {
      const load = (from: number, bad: readonly number[]): Promise<number> =>
        counted(engine, async () => {
          const rows = Array.from({ length: 1000 }, (_, n): TestRow => ({ id: from + n, qty: bad.includes(n) ? -1 : 1, $match: 'id' })); // prettier-ignore
          const outcomes = await engine.sync('contact', rows, { onError: 'ROLLBACK' });
          expect(outcomes.flatMap(({ status }, n) => (status === 'FAILED' ? [n] : []))).toEqual(bad);
        });
      await load(0, []);
      const clean = await load(10_000, []);
      for (const bad of [[0], [999], [123], [3, 500, 501, 998]]) {
        const attempts = bad.length * (2 * Math.log2(1000) + 3);
        expect(await load(20_000, bad)).toBeLessThan(clean * attempts);
      }
    } finally {
      await engine.close();
    }
  });
});

const COUNTED: Record<DatabaseKind['name'], string> = {
  SQLite: 'integer PRIMARY KEY',
  MariaDB: 'int AUTO_INCREMENT PRIMARY KEY',
  PostgreSQL: 'serial PRIMARY KEY',
};

const CONTACTS = ['CREATE TABLE contact (id {id}, email varchar(50) UNIQUE, qty integer, CHECK (qty >= 0))'];

/** The number of queries through knex while `work` runs. */
async function counted({ test }: TestEngine, work: () => Promise<void>): Promise<number> {
  let count = 0;
  const tick = (): void => void (count += 1);
  test.database.knex.on('query', tick);
  try {
    await work();
  } finally {
    test.database.knex.removeListener('query', tick);
  }
  return count;
}

const onPostgres = DATABASES.filter(({ name }) => name === 'PostgreSQL');

describe.each(onPostgres)('refusals of policies on $name', (kind) => {
  it('R17a: row-level security fails the rows that it refuses, and hides none silently', async () => {
    const test = await migratedDatabase(kind);
    const role = `nsync_role_${randomBytes(4).toString('hex')}`;
    const url = new URL(test.url);
    url.username = role;
    const { knex } = test.database;
    await knex.raw(`CREATE ROLE ${role} LOGIN`);
    const limited = openDatabase(url.toString());
    try {
      for (const statement of [
        'CREATE TABLE item (id integer PRIMARY KEY, name text)',
        'ALTER TABLE item ENABLE ROW LEVEL SECURITY',
        `CREATE POLICY seen ON item FOR SELECT USING (true)`,
        `CREATE POLICY made ON item FOR INSERT WITH CHECK (name <> 'bad')`,
        `CREATE POLICY changed ON item FOR UPDATE USING (name <> 'fixed')`,
        `CREATE POLICY gone ON item FOR DELETE USING (name <> 'fixed')`,
        `INSERT INTO item VALUES (1, 'fixed'), (2, 'free')`,
        `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
        `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
      ])
        await knex.raw(statement);
      const catalog = await readDatabaseModels(limited, ALL_TABLES);
      const engine = engineFor(limited, catalog);
      const outcomes = await engine.sync('item', [
        { id: 3, name: 'bad', $match: 'id' },
        { id: 4, name: 'good', $match: 'id' },
        { id: 1, name: 'changed', $match: 'id' },
        { id: 2, name: 'changed', $match: 'id' },
        { id: 1, $match: 'id', $flags: 'd*' },
      ]);
      expect(outcomes.map(told)).toEqual([
        'FAILED DATABASE_REFUSED',
        'CREATED',
        'FAILED DATABASE_REFUSED',
        'UPDATED',
        'FAILED DATABASE_REFUSED',
      ]); // prettier-ignore
      expect(outcomes[0]?.problems[0]?.message).toMatch(/row-level security policy/);
    } finally {
      await limited.close();
      await knex.raw(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await test.drop();
    }
  });
});

describe.each(DATABASES.filter(({ name }) => name === 'SQLite'))('refusals of all rows on $name', (kind) => {
  it('R17a: a function that a trigger calls does not exist', async () => {
    const engine = await testEngine(kind, null, async ({ database: { knex } }) => {
      for (const statement of sqliteTrigger('archive(new.name)')) await knex.raw(statement);
    });
    try {
      const outcomes = await engine.sync('item', [{ id: 1, name: 'a', $match: 'id' }]);
      expect(outcomes.map(told)).toEqual(['FAILED DATABASE_REFUSED']);
      expect(outcomes[0]?.problems[0]?.message).toMatch(/no such function: archive$/);
    } finally {
      await engine.close();
    }
  });
});

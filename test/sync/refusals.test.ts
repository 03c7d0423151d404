/** What the database refuses because of a row's values fails that row alone, and cheaply (R17, R17a). */
import { randomBytes } from 'node:crypto';
import { openDatabase } from '../../src/database';
import { ALL_TABLES, readDatabaseModels } from '../../src/models';
import { DATABASES, type DatabaseKind, migratedDatabase } from '../support/databases';
import { engineFor, testEngine, type TestEngine, type TestRow, told } from '../support/engine';

type Name = DatabaseKind['name'];

interface Refusal {
  readonly what: string;
  /** Statements that make the table `item`, on the databases that can refuse so. */
  readonly tables: Partial<Record<Name, readonly string[]>>;
  readonly bad: TestRow;
  readonly good: readonly TestRow[];
  readonly code: string;
  /** What the message says. */
  readonly message?: RegExp;
  readonly usesUpKeys?: true;
}

const ITEM = 'CREATE TABLE item (id integer PRIMARY KEY, name varchar(200))';
const MARIADB_ITEM = 'CREATE TABLE item (id integer PRIMARY KEY, name varchar(200)) ENGINE=InnoDB';
const GOOD: readonly TestRow[] = [{ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: 'c' }]; // prettier-ignore

const sqliteTrigger = (action: string): string[] => [
  ITEM,
  `CREATE TRIGGER watch BEFORE INSERT ON item WHEN new.name = 'bad' BEGIN SELECT ${action}; END`,
];
const mariadbTrigger = (action: string): string[] => [
  MARIADB_ITEM,
  `CREATE TRIGGER watch BEFORE INSERT ON item FOR EACH ROW BEGIN IF new.name = 'bad' THEN ${action}; END IF; END`,
];
const postgresTrigger = (action: string): string[] => [
  ITEM,
  `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.name = 'bad' THEN ${action}; END IF; RETURN new; END $$`,
  'CREATE TRIGGER watch BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION watch()',
];

/** Columns that fill a row together. */
const FILLING = Array.from({ length: 60 }, (_, index) => `c${index}`);

const REFUSALS: readonly Refusal[] = [
  {
    what: 'a trigger that raises',
    tables: {
      SQLite: sqliteTrigger(`RAISE(ABORT, 'we - do not sell that')`),
      MariaDB: mariadbTrigger(`SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'we - do not sell that'`),
      PostgreSQL: postgresTrigger(`RAISE EXCEPTION 'we - do not sell that'`),
    },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /^The database refuses the row: we - do not sell that$/,
  },
  {
    what: 'a trigger that raises with a code of its own',
    tables: {
      SQLite: sqliteTrigger(`RAISE(FAIL, 'not that')`),
      MariaDB: mariadbTrigger(`SIGNAL SQLSTATE '42000' SET MESSAGE_TEXT = 'not that'`),
      PostgreSQL: postgresTrigger(`RAISE EXCEPTION 'not that' USING ERRCODE = '53100'`),
    },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /not that$/,
  },
  {
    what: 'a trigger that rolls the transaction back',
    tables: { SQLite: sqliteTrigger(`RAISE(ROLLBACK, 'not that')`) },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /not that$/,
  },
  {
    what: 'a generated column that divides by zero',
    tables: {
      MariaDB: [
        `CREATE TABLE item (id integer PRIMARY KEY, qty integer, each_one decimal(10,2) AS (100 / qty) STORED) ENGINE=InnoDB`,
      ],
      PostgreSQL: [
        'CREATE TABLE item (id integer PRIMARY KEY, qty integer, each_one integer GENERATED ALWAYS AS (100 / qty) STORED)',
      ],
    },
    bad: { id: 9, qty: 0 },
    good: [{ id: 1, qty: 4 }, { id: 2, qty: 5 }], // prettier-ignore
    code: 'DATABASE_REFUSED',
  },
  {
    what: 'a generated column that cannot be computed',
    tables: {
      SQLite: [
        `CREATE TABLE item (id integer PRIMARY KEY, name text, first text AS (json_extract(name, '$[0]')) STORED)`,
      ],
    },
    bad: { id: 9, name: 'no json' },
    good: [{ id: 1, name: '[1]' }, { id: 2, name: '[2]' }], // prettier-ignore
    code: 'DATABASE_REFUSED',
  },
  {
    what: 'no partition for the value',
    tables: {
      MariaDB: [
        `CREATE TABLE item (id integer PRIMARY KEY, name varchar(20)) ENGINE=InnoDB PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))`,
      ],
      PostgreSQL: [
        'CREATE TABLE item (id integer PRIMARY KEY, name text) PARTITION BY RANGE (id)',
        'CREATE TABLE item_p PARTITION OF item FOR VALUES FROM (0) TO (10)',
      ],
    },
    bad: { id: 90, name: 'x' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
  },
  {
    what: 'an index entry that is too long',
    tables: { PostgreSQL: ['CREATE TABLE item (id integer PRIMARY KEY, name text)', 'CREATE INDEX ON item (name)'] },
    bad: { id: 9, name: Array.from({ length: 60_000 }, (_, n): string => String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000))).join('') }, // prettier-ignore
    good: GOOD,
    code: 'DATABASE_REFUSED',
  },
  {
    what: 'a table that a trigger makes of the value does not exist',
    tables: {
      PostgreSQL: [
        'CREATE TABLE item (id integer PRIMARY KEY, name text)',
        'CREATE TABLE item_a (LIKE item)',
        `CREATE FUNCTION route() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF new.name = 'bad' THEN EXECUTE format('INSERT INTO item_%s VALUES ($1.*)', new.name) USING new; END IF; RETURN new; END $$`,
        'CREATE TRIGGER route BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION route()',
      ],
    },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /item_bad/,
  },
  {
    what: 'a table that a trigger writes to does not exist',
    tables: { MariaDB: mariadbTrigger('INSERT INTO archive VALUES (new.id)') },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /archive/,
  },
  {
    what: 'a routine that a trigger calls does not exist',
    tables: {
      MariaDB: mariadbTrigger('CALL archive(new.id)'),
      PostgreSQL: postgresTrigger('PERFORM archive(new.id)'),
    },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /archive/,
  },
  {
    what: 'a function that a trigger calls does not exist',
    tables: { MariaDB: mariadbTrigger('SET new.id = archive(new.id)') },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /archive/,
  },
  {
    what: 'a function that the database does not have, of an index',
    tables: { PostgreSQL: [`CREATE FUNCTION key(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN IF $1 = 'bad' THEN RETURN missing($1); END IF; RETURN $1; END $$`, ITEM, 'CREATE INDEX ON item (key(name))'] }, // prettier-ignore
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /missing/,
  },
  {
    what: 'an object of the database that is not ready',
    tables: { PostgreSQL: ['CREATE SEQUENCE counter', ...postgresTrigger(`PERFORM currval('counter')`)] },
    bad: { id: 9, name: 'bad' },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /currval/,
  },
  ...['regclass', 'regtype', 'regproc', 'regrole', 'regnamespace', 'regconfig'].map((type): Refusal => ({
    what: `a name that type ${type} does not know`,
    tables: { PostgreSQL: [`CREATE TABLE item (id integer PRIMARY KEY, name ${type})`] },
    bad: { id: 9, name: 'nobody' },
    good: [{ id: 1 }, { id: 2 }],
    code: 'INVALID_VALUE',
    message: new RegExp(`"nobody" is not a value of type ${type}`),
  })),
  {
    what: 'a row that is longer than the storage engine takes',
    tables: {
      MariaDB: [
        `SET STATEMENT innodb_strict_mode = 0 FOR CREATE TABLE item (id integer PRIMARY KEY, ${FILLING.map((name) => `${name} text`).join(', ')}) ENGINE=InnoDB ROW_FORMAT=COMPACT`,
      ],
    },
    bad: { id: 9, ...Object.fromEntries(FILLING.map((name) => [name, 'x'.repeat(700)])) },
    good: [{ id: 1 }, { id: 2 }],
    code: 'DATABASE_REFUSED',
    message: /Row size too large/,
  },
  {
    what: 'a value that is longer than a statement may be',
    tables: { MariaDB: ['CREATE TABLE item (id integer PRIMARY KEY, name longtext) ENGINE=InnoDB'] },
    bad: { id: 9, name: 'x'.repeat(17_000_000) },
    good: GOOD,
    code: 'DATABASE_REFUSED',
    message: /max_allowed_packet of the server is \d+ bytes/,
  },
  {
    what: 'an exclusion constraint',
    tables: {
      PostgreSQL: [
        'CREATE TABLE item (id integer PRIMARY KEY, name text, place int4range, CONSTRAINT one_place EXCLUDE USING gist (place WITH &&))',
        `INSERT INTO item VALUES (100, 'x', '[1,5)')`,
      ],
    },
    bad: { id: 9, place: '[4,6)' },
    good: GOOD,
    code: 'UNIQUE_VIOLATION',
    message: /^Another object conflicts with the row: exclusion constraint "one_place" refuses the change\.$/,
  },
  {
    what: 'an exhausted auto-increment',
    tables: {
      MariaDB: [
        'CREATE TABLE item (id tinyint AUTO_INCREMENT PRIMARY KEY, name varchar(20) UNIQUE) ENGINE=InnoDB',
        `INSERT INTO item VALUES (127, 'x')`,
      ],
      PostgreSQL: [
        'CREATE TABLE item (id smallint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text UNIQUE)',
        `SELECT setval('item_id_seq', 32767)`,
      ],
    },
    bad: { name: 'one more' },
    good: [],
    code: 'DATABASE_REFUSED',
    usesUpKeys: true,
  },
];

/** Rows are matched by `id` where they have one. */
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
      // A dry run counts up no keys, so it does not meet the end of them.
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
      // Nor do values that rows of the run itself have twice.
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

const COUNTED: Record<Name, string> = {
  SQLite: 'integer PRIMARY KEY',
  MariaDB: 'int AUTO_INCREMENT PRIMARY KEY',
  PostgreSQL: 'serial PRIMARY KEY',
};

const CONTACTS = ['CREATE TABLE contact (id {id}, email varchar(50) UNIQUE, qty integer, CHECK (qty >= 0))'];

/** How many queries go to the database through knex meanwhile. */
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
      await test.drop();
      await test.database.close();
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

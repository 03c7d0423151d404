/** Refusals of databases that a row's values cause (R17a). */
import type { DatabaseKind } from '../support/databases';
import type { TestRow } from '../support/engine';

type Name = DatabaseKind['name'];

/** Tables, a row that the database refuses, and other rows that it accepts. */
interface Refusal {
  readonly what: string;
  /** Statements that create the table `item`, on the databases that refuse the row. */
  readonly tables: Partial<Record<Name, readonly string[]>>;
  readonly bad: TestRow;
  readonly good: readonly TestRow[];
  readonly code: string;
  /** The message of the problem. */
  readonly message?: RegExp;
  readonly usesUpKeys?: true;
}

const ITEM = 'CREATE TABLE item (id integer PRIMARY KEY, name varchar(200))';
const MARIADB_ITEM = 'CREATE TABLE item (id integer PRIMARY KEY, name varchar(200)) ENGINE=InnoDB';
const GOOD: readonly TestRow[] = [{ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: 'c' }]; // prettier-ignore

/** Statements that create the table `item` with a trigger on rows named "bad". */
export const sqliteTrigger = (action: string): string[] => [
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

/** Columns whose values together exceed the size of a row. */
const FILLING = Array.from({ length: 60 }, (_, index) => `c${index}`);

export const REFUSALS: readonly Refusal[] = [
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

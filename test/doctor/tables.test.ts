/** Tables that cannot be synced, missing indexes, and counters that are behind or at their end. */
import { DATABASES, type DatabaseKind, migratedDatabase, type TestDatabase } from '../support/databases';
import { findings, line, lines, run } from './support';

const MANY = 10_001;

const SERIES: Record<DatabaseKind['name'], (rows: number) => string> = {
  SQLite: (rows) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n`,
  MariaDB: (rows) => `SELECT seq AS i FROM seq_1_to_${rows}`,
  PostgreSQL: (rows) => `SELECT i FROM generate_series(1, ${rows}) AS n(i)`,
};
const KEY: Record<DatabaseKind['name'], string> = {
  SQLite: 'id integer PRIMARY KEY AUTOINCREMENT',
  MariaDB: 'id int PRIMARY KEY AUTO_INCREMENT',
  PostgreSQL: 'id serial PRIMARY KEY',
};

describe.each(DATABASES)('tables on $name', (kind) => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await migratedDatabase(kind);
    await run(test, `CREATE TABLE item (${KEY[kind.name]}, name varchar(20))`);
  });
  afterEach(() => test.drop());

  const sql = (...statements: readonly string[]): Promise<void> => run(test, ...statements);
  const found = async (): Promise<string[]> => lines(test.url, null);

  it('lack an index of a foreign key, and of a join table, once they are large', async () => {
    const refers = (column: string): string => `${column} integer NOT NULL`;
    const key = (column: string, target: string): string => `FOREIGN KEY (${column}) REFERENCES ${target}(id)`;
    await sql(
      `CREATE TABLE part (${KEY[kind.name]}, ${refers('item_id')}, ${key('item_id', 'item')})`,
      `CREATE TABLE liking (${refers('item_id')}, ${refers('part_id')}, PRIMARY KEY (item_id, part_id), ${key('item_id', 'item')}, ${key('part_id', 'part')})`,
      `INSERT INTO item (name) SELECT 'x' FROM (${SERIES[kind.name](MANY)}) x`,
    );
    expect(await found()).toEqual([]);
    await sql(
      `INSERT INTO part (item_id) ${SERIES[kind.name](MANY)}`,
      `INSERT INTO liking (item_id, part_id) SELECT i, i FROM (${SERIES[kind.name](MANY)}) x`,
    );
    // InnoDB creates an index for each foreign key.
    if (kind.name === 'MariaDB') return void expect(await found()).toEqual([]);
    const told = await findings(test.url, null);
    expect(told.map(line)).toEqual([
      'tables WARNING 1: The table part has no index on item_id, so syncs and deletes scan the whole table.',
      'tables WARNING 1: The table liking has no index on part_id, so syncs and deletes scan the whole table.',
    ]);
    for (const { advice } of told) await sql(/CREATE .*\)/.exec(advice)?.[0] ?? '');
    expect(await found()).toEqual([]);
  });

  const obstacles: Record<DatabaseKind['name'], [statements: string[], problem: RegExp]> = {
    SQLite: [['CREATE VIRTUAL TABLE words USING fts5vocab(notes, row)', 'CREATE VIRTUAL TABLE notes USING fts5(text)'].reverse(), /^tables WARNING 1: Rows cannot be synced into words\. The table is a virtual table/], // prettier-ignore
    MariaDB: [['ALTER TABLE item ENGINE=MyISAM'], /^tables WARNING 1: Rows cannot be synced into item\. The engine MyISAM has no transactions/], // prettier-ignore
    PostgreSQL: [
      ['CREATE EXTENSION file_fdw', 'CREATE SERVER files FOREIGN DATA WRAPPER file_fdw', `CREATE FOREIGN TABLE words (word text) SERVER files OPTIONS (filename '/dev/null')`],
      /^tables WARNING 1: Rows cannot be synced into words\./,
    ],
  }; // prettier-ignore
  it('cannot undo what a run writes', async () => {
    const [statements, problem] = obstacles[kind.name];
    await sql(...statements);
    expect(await found()).toContainEqual(expect.stringMatching(problem));
  });

  // SQLite and AUTO_INCREMENT always count on from the largest number.
  (kind.name === 'SQLite' ? it.skip : it)('have a counter that is behind', async () => {
    if (kind.name === 'MariaDB')
      await sql(
        'CREATE SEQUENCE numbers START WITH 1 NOCACHE',
        'CREATE TABLE counted (id bigint PRIMARY KEY DEFAULT nextval(numbers), name varchar(20))',
      );
    else await sql('CREATE TABLE counted (id bigserial PRIMARY KEY, name varchar(20))');
    await sql(`INSERT INTO counted (name) VALUES ('a')`, `INSERT INTO counted (id, name) VALUES (1234, 'b')`);
    const [told, ...others] = await findings(test.url, null);
    expect(others).toEqual([]);
    expect(line(told!)).toBe('counters ERROR 1: The counter of counted.id is behind: the next number is 2, and the table already has 1,234. New rows fail.'); // prettier-ignore
    await sql(/SELECT [^.]*(?:\.[^.]+)*(?=\.$)/.exec(told!.advice)?.[0] ?? '');
    expect(await found()).toEqual([]);
    await sql(`INSERT INTO counted (name) VALUES ('c')`);
    expect(await test.database.knex('counted').where({ name: 'c' }).pluck('id')).toEqual(kind.name === 'MariaDB' ? [1235] : ['1235']); // prettier-ignore
  });

  (kind.name === 'PostgreSQL' ? it : it.skip)('of nsync’s own have counters, too', async () => {
    await sql(`INSERT INTO nsync_external_systems (id, name, created_at) VALUES (7, 'HR', now())`);
    expect(await found()).toEqual([
      'counters ERROR 1: The counter of nsync_external_systems.id is behind: the next number is 1, and the table already has 7. New rows fail.',
    ]);
  });

  it('have a counter that is almost, or quite, at its end', async () => {
    const largest = kind.name === 'SQLite' ? 9223372036854775807n : 2147483647n;
    await sql(`INSERT INTO item (id, name) VALUES (${largest - 10n}, 'x')`);
    if (kind.name === 'PostgreSQL') await sql(`SELECT setval('item_id_seq', ${largest - 10n})`);
    expect(await found()).toEqual([
      `counters WARNING 1: The counter of item.id has 10 of ${largest.toLocaleString('en')} numbers left.`,
    ]);
    await sql(`INSERT INTO item (id, name) VALUES (${largest}, 'y')`);
    if (kind.name === 'PostgreSQL') await sql(`SELECT setval('item_id_seq', ${largest})`);
    // MariaDB's counter stays at the last number, which the table already contains.
    expect(await found()).toEqual([expect.stringMatching(/^counters ERROR 1: The counter of item\.id is (?:at its end|behind)/)]); // prettier-ignore
  });
});

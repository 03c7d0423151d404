/** The meaning of a failed statement, however it was sent (R17, R34). */
import type { Knex } from 'knex';
import { Model } from 'objection';
import { DATABASES, type DatabaseKind, type TestDatabase } from '../support/databases';

class Item extends Model {
  static override tableName = 'item';
  static override idColumn = 'code';
}

type Name = DatabaseKind['name'];

const TRIGGER: Record<Name, string[]> = {
  SQLite: [
    `CREATE TRIGGER watch BEFORE INSERT ON item WHEN new.name = 'forbidden' BEGIN SELECT RAISE(ABORT, 'not that'); END`,
  ],
  MariaDB: [
    `CREATE TRIGGER watch BEFORE INSERT ON item FOR EACH ROW BEGIN IF new.name = 'forbidden' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not that'; END IF; END`,
  ],
  PostgreSQL: [
    `CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.name = 'forbidden' THEN RAISE EXCEPTION 'not that'; END IF; RETURN new; END $$`,
    `CREATE TRIGGER watch BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION watch()`,
  ],
};

async function createTables(knex: Knex, name: Name): Promise<void> {
  await knex.raw(
    `CREATE TABLE item (code varchar(10) PRIMARY KEY, name varchar(20) NOT NULL UNIQUE, price decimal(10,2), qty integer,
       parent varchar(10), CONSTRAINT qty_positive CHECK (qty > 0), CONSTRAINT parent_item FOREIGN KEY (parent) REFERENCES item (code) ON DELETE RESTRICT)`,
  );
  await knex.raw('CREATE TABLE priced (id integer PRIMARY KEY, price decimal(10,2), CHECK (price > 0.5))');
  for (const statement of TRIGGER[name]) await knex.raw(statement);
  await knex('item').insert([
    { code: 'a', name: 'A' },
    { code: 'b', name: 'B', parent: 'a' },
  ]);
}

type Statement = (knex: Knex) => PromiseLike<unknown>;

/** A statement, and the code, columns and constraint of its failure. Null: the database names none. */
const FAILURES: readonly (readonly [
  statement: Statement,
  code: string,
  columns: Record<Name, string[] | null> | null,
  constraint: Partial<Record<Name, string | RegExp>>,
  reason?: string,
])[] = [
  [
    (knex) => knex('item').insert({ code: 'c', name: 'A' }),
    'UNIQUE_VIOLATION',
    { SQLite: ['name'], MariaDB: null, PostgreSQL: ['name'] },
    { MariaDB: 'name', PostgreSQL: 'item_name_key' },
  ],
  [
    (knex) => knex('item').insert({ code: 'c' }),
    'NOT_NULL_VIOLATION',
    { SQLite: ['name'], MariaDB: ['name'], PostgreSQL: ['name'] },
    {},
  ],
  [
    (knex) => knex('item').insert({ code: 'c', name: 'C', parent: 'z' }),
    'FOREIGN_KEY_VIOLATION',
    { SQLite: null, MariaDB: ['parent'], PostgreSQL: ['parent'] },
    { MariaDB: 'parent_item', PostgreSQL: 'parent_item' },
  ],
  [
    (knex) => knex('item').where('code', 'a').delete(),
    'FOREIGN_KEY_VIOLATION',
    null,
    { MariaDB: 'parent_item', PostgreSQL: 'parent_item' },
  ],
  [
    (knex) => knex('item').insert({ code: 'c', name: 'C', qty: 0 }),
    'CHECK_VIOLATION',
    null,
    { SQLite: 'qty_positive', MariaDB: 'qty_positive', PostgreSQL: 'qty_positive' },
  ],
  [
    (knex) => knex('priced').insert({ id: 1, price: 0.25 }),
    'CHECK_VIOLATION',
    null,
    { SQLite: 'price > 0.5', MariaDB: 'CONSTRAINT_1', PostgreSQL: 'priced_price_check' },
  ],
  [(knex) => knex('item').insert({ code: 'c', name: 'forbidden' }), 'DATABASE_REFUSED', null, {}, 'not that'],
];

describe.each(DATABASES)('failures on $name', (kind) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await kind.create();
    await createTables(test.database.knex, kind.name);
  });
  afterAll(() => test.drop());

  const explain = async (statement: Statement): Promise<unknown> => {
    const { knex, dialect } = test.database;
    try {
      await statement(knex);
    } catch (error) {
      return dialect.explainFailure(error);
    }
    return 'no failure';
  };

  it('R17: says which rule was broken, and where', async () => {
    const told = [];
    for (const [statement] of FAILURES) told.push(await explain(statement));
    expect(told).toEqual(
      FAILURES.map(([, code, columns, constraint, reason]) => ({
        kind: 'violation',
        code,
        ...(columns?.[kind.name] ? { columns: columns[kind.name] } : {}),
        ...(constraint[kind.name] ? { constraint: constraint[kind.name] } : {}),
        ...(reason ? { reason } : {}),
      })),
    );
  });

  it('R17: looks into the errors that Objection makes of the driver’s', async () => {
    const told = [];
    for (const item of [{ code: 'c', name: 'A' }, { code: 'c' }, { code: 'c', name: 'C', qty: 0 }])
      told.push(await explain((knex) => Item.query(knex).insert(item as never)));
    expect(told).toMatchObject([
      { code: 'UNIQUE_VIOLATION' },
      { code: 'NOT_NULL_VIOLATION' },
      { code: 'CHECK_VIOLATION', constraint: 'qty_positive' },
    ]);
  });
});

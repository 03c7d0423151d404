/** The number of statements per chunk does not depend on its rows, and no lookup scans a whole table. */
import type { Knex } from 'knex';
import type { Database, Dialect } from '../../src/database';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { createDemoTables } from '../../src/demo/tables';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, SyncEngine } from '../../src/sync';
import { type DatabaseKind, DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';

/** Counts statements: knex's queries, and the dialect's own bulk statements. */
class Counter {
  count = 0;
  readonly database: Database;

  constructor(database: Database) {
    const tick = (): void => void (this.count += 1);
    database.knex.on('query', tick);
    const { dialect } = database;
    const counted: Dialect = {
      ...dialect,
      insertRows: (...given) => (tick(), dialect.insertRows(...given)),
      updateRows: (...given) => (tick(), dialect.updateRows(...given)),
    };
    this.database = { ...database, dialect: counted };
  }
}

type Values = Record<string, unknown>;

interface Step {
  readonly model: string;
  readonly matchOn: string;
  readonly flags: string;
  readonly values: (n: number) => Values;
  /** Rows without external keys. */
  readonly keyless?: true;
  /** Run twice, because the second run is planned from the statistics of the first. */
  readonly again?: true;
}

const person = (n: number, more: Values = {}): Values => ({
  employee_id: `E${n}`,
  first_name: `F${n}`,
  last_name: 'L',
  ...more,
});

/** In the order in which they run. */
const STEPS: Record<string, Step> = {
  'first load': { model: 'Person', matchOn: 'employee_id', flags: 'cu*', values: (n) => person(n) },
  unchanged: { model: 'Person', matchOn: 'employee_id', flags: 'cu*', values: (n) => person(n) },
  changed: { model: 'Person', matchOn: 'employee_id', flags: 'cu*', values: (n) => person(n, { age: n }) },
  tags: { model: 'Tag', matchOn: 'label', flags: 'cu', values: (n) => ({ label: `T${n}` }) },
  references: {
    model: 'House',
    matchOn: 'address',
    flags: 'cu*',
    values: (n) => ({ address: `A${n}`, 'owner=>employee_id': `E${n}` }),
  },
  'references by key': {
    model: 'House',
    matchOn: 'address',
    flags: 'cu*',
    values: (n) => ({ address: `A${n}`, 'owner=>@': `key ${n}` }),
  },
  'many to many': {
    model: 'Person',
    matchOn: 'employee_id',
    flags: 'u*',
    values: (n) => person(n, { 'tags=>+label': `T${n}` }),
  },
  'the other side': {
    model: 'Person',
    matchOn: 'employee_id',
    flags: 'u*',
    values: (n) => person(n, { 'houses=>address': `A${n}` }),
  },
  'unforced deletes': { model: 'House', matchOn: 'address', flags: 'd', values: (n) => ({ address: `A${n}` }) },
  'forced deletes': { model: 'Person', matchOn: 'employee_id', flags: 'd*', values: (n) => person(n) },
};

const ANALYZE: Record<DatabaseKind['name'], (table: string) => string> = {
  SQLite: (table) => `ANALYZE ${table}`,
  MariaDB: (table) => `ANALYZE TABLE ${table}`,
  PostgreSQL: (table) => `ANALYZE ${table}`,
};

/** Tables with 100,000 rows when plans are examined. */
const LARGE = 'person|house|tag|person_tag|nsync_external_key_mappings';

/** Each kind of lookup, by columns with an index. */
const LOOKUPS: Record<string, Step> = {
  'by a plain index': { model: 'Person', matchOn: 'employee_id', flags: 'cu*', values: (n) => person(n) },
  'by a unique key': { model: 'Tag', matchOn: 'label', flags: 'u*', values: (n) => ({ label: `E${n}` }) },
  'by the primary key': {
    model: 'Person',
    matchOn: 'id',
    flags: 'u*',
    values: (n) => ({ id: n, last_name: 'L' }),
    keyless: true,
  },
  'by several columns': {
    model: 'Person',
    matchOn: 'employee_id first_name last_name',
    flags: 'u*',
    values: (n) => person(n),
  },
  'by either of two columns': {
    model: 'House',
    matchOn: 'address owner=>employee_id |',
    flags: 'u*',
    values: (n) => ({ address: `E${n}`, 'owner=>employee_id': `E${n}` }),
  },
  'by key alone': { model: 'Person', matchOn: '', flags: 'u*', values: (n) => ({ last_name: `L${n % 2}` }) },
  'what is expected to be unchanged': {
    model: 'Person',
    matchOn: '',
    flags: 'u*',
    values: () => ({ last_name: 'L' }),
    again: true,
  },
  'a reference': { model: 'House', matchOn: 'address', flags: 'u*', values: (n) => ({ address: `E${n}`, 'owner=>employee_id': `E${n}` }) }, // prettier-ignore
  'a reference over a hop': { model: 'House', matchOn: 'address', flags: 'u*', values: (n) => ({ address: `E${n}`, 'owner=>houses=>address': `E${n}` }) }, // prettier-ignore
  'a reference by key': { model: 'House', matchOn: 'address', flags: 'u*', values: (n) => ({ address: `E${n}`, 'owner=>@': `key ${n}` }) }, // prettier-ignore
  'the other side': { model: 'Person', matchOn: 'employee_id', flags: 'u*', values: (n) => person(n, { 'houses=>address': `E${n}` }) }, // prettier-ignore
  'many to many': { model: 'Person', matchOn: 'employee_id', flags: 'u*', values: (n) => person(n, { 'tags=>+label': `E${n}` }) }, // prettier-ignore
  'an unforced delete': { model: 'Person', matchOn: 'employee_id', flags: 'd', values: (n) => person(n) },
};

/** The part of a plan that shows a scan of one of these tables. */
const WHOLE_TABLE: Record<DatabaseKind['name'], RegExp> = {
  SQLite: new RegExp(`SCAN (${LARGE})\\b`),
  MariaDB: new RegExp(`"type":"(ALL|index)"[^}]*"table":"(${LARGE})"|"table":"(${LARGE})"[^}]*"type":"(ALL|index)"`),
  PostgreSQL: new RegExp(`Seq Scan on (${LARGE})\\b`),
};

/** The database's plan for a query that was sent. */
async function explain(knex: Knex, name: DatabaseKind['name'], sql: string, bindings: unknown[]): Promise<unknown> {
  let place = 0;
  const text = name === 'PostgreSQL' ? sql.replace(/\$\d+/g, () => `$${(place += 1)}`) : sql;
  const client = knex.client as { acquireConnection(): Promise<never>; releaseConnection(c: never): Promise<void> };
  const connection = await client.acquireConnection();
  try {
    return await EXPLAIN[name](connection, text, bindings);
  } finally {
    await client.releaseConnection(connection);
  }
}

interface Connection {
  query(
    sql: string,
    bindings: unknown[],
    done?: (error: Error | null, rows: unknown) => void,
  ): Promise<{ rows?: unknown; found?: unknown }>;
}

/** By driver, with the bindings that were sent. */
const EXPLAIN: Record<
  DatabaseKind['name'],
  (connection: Connection, sql: string, bindings: unknown[]) => Promise<unknown>
> = {
  SQLite: async (connection, sql, bindings) => (await connection.query(`EXPLAIN QUERY PLAN ${sql}`, bindings)).found,
  MariaDB: (connection, sql, bindings) =>
    new Promise((resolve, reject) => {
      void connection.query(`EXPLAIN ${sql}`, bindings, (error, rows) => (error ? reject(error) : resolve(rows)));
    }),
  PostgreSQL: async (connection, sql, bindings) => (await connection.query(`EXPLAIN ${sql}`, bindings)).rows,
};

describe.each(DATABASES)('statements on $name', (kind) => {
  let test: TestDatabase;
  let counter: Counter;
  let engine: SyncEngine;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    await createDemoTables(test.database.knex);
    counter = new Counter(test.database);
    engine = new SyncEngine(counter.database, await readCatalog(test.database, [Person, House, Car, Tag]));
  });
  afterAll(() => test.drop());

  /** The number of statements of a run with `rows` rows, which start at `from`. */
  async function cost({ model, matchOn, flags, values, keyless }: Step, from: number, rows: number): Promise<number> {
    counter.count = 0;
    const numbers = Array.from({ length: rows }, (_, index) => from + index);
    const { status } = await engine.run({
      sources: [
        {
          system: 'S',
          model,
          file: null,
          text: false,
          columns: Object.keys(values(0)),
          async *batches() {
            yield await Promise.resolve(
              numbers.map((n, index) => ({
                number: index + 1,
                actionFlags: flags,
                matchOn,
                externalKey: keyless ? null : `key ${n}`,
                values: values(n),
              })),
            );
          },
        },
      ],
      options: DEFAULT_OPTIONS,
      wantOutcomes: false,
    });
    expect(status).toBe('COMPLETED');
    return counter.count;
  }

  it('a chunk costs the same number of statements whatever its rows', async () => {
    for (const [name, step] of Object.entries(STEPS)) {
      // The first run creates the system, and the model's lock.
      await cost(step, 3000, 1);
      const few = await cost(step, 1000, 120);
      const many = await cost(step, 2000, 800);
      expect({ name, many }).toEqual({ name, many: few });
      // What a few rows may need is looked up together.
      expect(await cost(step, 4000, 40)).toBeLessThanOrEqual(few);
      expect(many).toBeLessThan(60);
    }
  });

  it('a run that begins as an earlier one did is expected to repeat it', async () => {
    const step = { model: 'Tag', matchOn: 'label', flags: 'cu*', values: (n: number) => ({ label: `R${n}` }) };
    const created = await cost(step, 5000, 40);
    await cost(step, 6000, 40);
    const repeated = await cost(step, 5000, 40);
    expect(repeated).toBe(await cost(step, 5000, 40));
    expect(repeated).toBeLessThan(created);
  });

  it('no table is searched from end to end where the match column has an index', async () => {
    const { knex } = test.database;
    await cost(STEPS['first load'] as Step, 10_000, 100_000);
    await knex.raw('INSERT INTO house (address, owner_id) SELECT employee_id, id FROM person');
    await knex.raw('INSERT INTO tag (label) SELECT employee_id FROM person');
    await knex.raw(
      'INSERT INTO person_tag (person_id, tag_id) SELECT person.id, tag.id FROM person JOIN tag ON label = employee_id',
    );
    for (const table of LARGE.split('|')) await knex.raw(ANALYZE[kind.name](table));
    const searched: string[] = [];
    const looked: string[] = [];
    for (const [name, step] of Object.entries(LOOKUPS)) {
      const queries: { sql: string; bindings: unknown[] }[] = [];
      const listen = (query: { sql: string; bindings?: unknown[] }): void => {
        if (new RegExp(`^(select|with) .*[\`"](${LARGE})[\`"]`, 'is').test(query.sql))
          queries.push({ sql: query.sql, bindings: query.bindings ?? [] });
      };
      knex.on('query', listen);
      await cost(step, 15_000, 200);
      if (step.again) await cost(step, 15_000, 200);
      knex.removeListener('query', listen);
      for (const { sql, bindings } of queries) {
        looked.push(name);
        const plan = JSON.stringify(await explain(knex, kind.name, sql, bindings));
        if (WHOLE_TABLE[kind.name].test(plan)) searched.push(`${name}: ${sql.slice(0, 200)}: ${plan.slice(0, 300)}`);
      }
    }
    expect(new Set(looked)).toEqual(new Set(Object.keys(LOOKUPS)));
    expect(searched).toEqual([]);
  });
});

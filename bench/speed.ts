/** Compares the engine with hand-written SQL: the same rows on the same tables, alternating, in several rounds. */
import type { Knex } from 'knex';
import type { Database } from '../src/database';
import { Car, House as HouseModel, Person as PersonModel, Tag } from '../src/demo/models';
import { readCatalog } from '../src/models';
import { DEFAULT_OPTIONS, SyncEngine, type SyncOptions, type SyncSource } from '../src/sync';
import { type Baseline, systemIdOf } from './baselines/baseline';
import { LOAD_DATA } from './baselines/loadData';
import { mysqlBulk } from './baselines/mysqlBulk';
import { perRow } from './baselines/perRow';
import { postgresBulk } from './baselines/postgresBulk';
import { sqliteBulk } from './baselines/sqliteBulk';
import { upsertGraph } from './baselines/upsertGraph';
import { rateOf } from './measure';
import {
  freshTables,
  houseValues,
  makeHouses,
  makePersons,
  type Person,
  source,
  SYSTEM,
  withBirthdays,
} from './persons';

const BULK: Readonly<Record<string, Baseline>> = {
  mysql: mysqlBulk,
  postgres: postgresBulk,
  sqlite: sqliteBulk,
};

/** In the order in which they run. Each scenario starts with the data that the previous one left. */
export const SCENARIOS = [
  'first load',
  'unchanged',
  '10 % changed',
  'all changed',
  'with a reference',
  'deletes',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Rows per second in one round. */
export type Round = Partial<Record<Scenario, number>>;

type Contender = (database: Database, persons: readonly Person[]) => Promise<Round>;

/** An engine on empty tables. Its catalog contains the added unique keys. */
export async function makeEngine(database: Database): Promise<SyncEngine> {
  await freshTables(database);
  return new SyncEngine(database, await readCatalog(database, [PersonModel, HouseModel, Car, Tag]));
}

export async function syncWhole(
  engine: SyncEngine,
  sources: readonly SyncSource[],
  options: Partial<SyncOptions> = {},
): Promise<void> {
  const { status } = await engine.run({ sources, options: { ...DEFAULT_OPTIONS, ...options }, wantOutcomes: false });
  if (status !== 'COMPLETED') throw new Error(`a run ended as ${status}`);
}

async function count(knex: Knex, table: string): Promise<number> {
  const [row] = (await knex(table).count({ count: '*' })) as { count: unknown }[];
  return Number(row?.count);
}

/** Checks that the work was done, because otherwise a rate means nothing. */
export async function expectRows(knex: Knex, table: string, rows: number): Promise<void> {
  const found = await count(knex, table);
  if (found !== rows) throw new Error(`${table} has ${found} rows, not ${rows}`);
}

async function rounds(
  database: Database,
  persons: readonly Person[],
  work: {
    readonly persons: (persons: readonly Person[]) => Promise<void>;
    readonly houses?: () => Promise<void>;
    readonly deletes?: () => Promise<void>;
  },
): Promise<Round> {
  const { knex } = database;
  await freshTables(database);
  const rows = persons.length;
  const round: Round = {};
  round['first load'] = await rateOf(rows, () => work.persons(persons));
  round.unchanged = await rateOf(rows, () => work.persons(persons));
  const older = withBirthdays(persons, 10);
  round['10 % changed'] = await rateOf(rows, () => work.persons(older));
  round['all changed'] = await rateOf(rows, () => work.persons(withBirthdays(older, 1)));
  await expectRows(knex, 'person', rows);
  if (work.houses) {
    round['with a reference'] = await rateOf(rows, work.houses);
    await expectRows(knex, 'house', rows);
    await expectRows(knex, 'nsync_external_key_mappings', 2 * rows);
    await knex('house').delete();
    await knex('nsync_external_key_mappings').where({ model: 'House' }).delete();
  }
  if (work.deletes) {
    round.deletes = await rateOf(rows, work.deletes);
    await expectRows(knex, 'person', 0);
  }
  await expectRows(knex, 'nsync_external_key_mappings', work.deletes ? 0 : rows);
  return round;
}

const engineContender: Contender = async (database, persons) => {
  const engine = await makeEngine(database);
  const houses = makeHouses(persons).map(houseValues);
  const keys = persons.map(({ employee_id }) => ({ employee_id }));
  return rounds(database, persons, {
    persons: (list) => syncWhole(engine, [source('Person', list, 'cu*', 'employee_id')]),
    houses: () => syncWhole(engine, [source('House', houses, 'cu*', 'address')]),
    deletes: () => syncWhole(engine, [source('Person', keys, 'd', 'employee_id')]),
  });
};

const bulkContender: Contender = async (database, persons) => {
  const { knex, dialect } = database;
  const bulk = BULK[dialect.name];
  if (!bulk) throw new Error(`BULK in bench/speed.ts lacks ${dialect.name}`);
  const houses = makeHouses(persons);
  const id = (): Promise<number> => systemIdOf(knex, SYSTEM);
  return rounds(database, persons, {
    persons: async (list) => bulk.persons(knex, await id(), list),
    houses: async () => bulk.houses(knex, await id(), houses),
    deletes: async () => bulk.deletePersons(knex, await id(), persons.length),
  });
};

const simple =
  (load: (knex: Knex, systemId: number, persons: readonly Person[]) => Promise<void>): Contender =>
  ({ knex, ...database }, persons) =>
    rounds({ knex, ...database }, persons, {
      persons: async (list) => load(knex, await systemIdOf(knex, SYSTEM), list),
    });

/** The number of rows for slow contenders. With all rows, a round would take minutes. */
const SLOW_ROWS = 2000;

export const CONTENDERS: readonly { name: string; run: (database: Database, rows: number) => Promise<Round> }[] = [
  { name: 'engine', run: (database, rows) => engineContender(database, makePersons(rows)) },
  { name: 'bulk', run: (database, rows) => bulkContender(database, makePersons(rows)) },
  { name: 'perRow', run: (database, rows) => simple(perRow)(database, makePersons(Math.min(rows, SLOW_ROWS))) },
  {
    name: 'upsertGraph',
    run: (database, rows) => simple(upsertGraph)(database, makePersons(Math.min(rows, SLOW_ROWS))),
  },
  {
    name: 'loadData',
    run: async (database, rows) => {
      const load = LOAD_DATA[database.dialect.name];
      return load ? simple(load)(database, makePersons(rows)) : {};
    },
  },
];

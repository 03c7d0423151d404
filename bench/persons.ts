/** The synced data: persons with external keys, and houses that refer to them. */
import type { Knex } from 'knex';
import type { Database } from '../src/database';
import { createDemoTables, dropDemoTables } from '../src/demo/tables';
import type { Row, SyncSource } from '../src/sync';

export interface Person {
  readonly employee_id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly age: number;
  readonly hair_colour: string;
}

export interface House {
  readonly address: string;
  readonly country: string;
  readonly floors: number;
  /** The owner's employee id. */
  readonly owner: string;
}

export const SYSTEM = 'HRSystem';
/** The external key of an object. */
export const keyOf = (index: number): string => `key-${index}`;

const FIRST_NAMES = ['Bruce', 'Selina', 'Clark', 'Lois', 'Diana', 'Zoë', 'Barry', 'Jürgen', 'Renée', 'Hal'];
const LAST_NAMES = ['Wayne', 'Kyle', 'Kent', 'Lane', 'Prince', 'Müller', 'Allen', 'Ørsted', 'Montoya', 'Jordan'];
const COLOURS = ['black', 'brown', 'red', 'blond', 'grey'];

const pick = (values: readonly string[], index: number): string => values[index % values.length] ?? '';

export const makePerson = (index: number): Person => ({
  employee_id: `EMP${String(index).padStart(8, '0')}`,
  first_name: `${pick(FIRST_NAMES, index)} ${index}`,
  last_name: pick(LAST_NAMES, Math.floor(index / 7)),
  age: 18 + (index % 60),
  hair_colour: pick(COLOURS, Math.floor(index / 3)),
});

export const makePersons = (count: number): Person[] => Array.from({ length: count }, (_, index) => makePerson(index));

/** The persons as a CSV file with external keys. */
export const csvOf = (persons: readonly Person[]): string =>
  [
    'external_key,employee_id,first_name,last_name,age,hair_colour',
    ...persons.map((p, index) => [keyOf(index), p.employee_id, p.first_name, p.last_name, p.age, p.hair_colour].join()),
    '',
  ].join('\n');

/** Copies of the persons, of which every `step`th is a year older. */
export const withBirthdays = (persons: readonly Person[], step: number): Person[] =>
  persons.map((person, index) => (index % step === 0 ? { ...person, age: person.age + 1 } : person));

export const makeHouses = (persons: readonly Person[]): House[] =>
  persons.map(({ employee_id }, index) => ({
    address: `${index} Mountain Drive`,
    country: pick(['USA', 'UK', 'DE'], index),
    floors: 1 + (index % 4),
    owner: employee_id,
  }));

const RECORDS = [
  'nsync_idempotency_keys',
  'nsync_webhook_deliveries',
  'nsync_external_key_mappings',
  'nsync_row_outcomes',
  'nsync_related_changes',
  'nsync_first_touches',
  'nsync_run_sources',
  'nsync_run_jobs',
  'nsync_run_pieces',
  'nsync_run_chunks',
  'nsync_runs',
  'nsync_external_systems',
];

/** SQLite stores the progress of runs in a separate file. */
const RECORDS_OF_SERVERS = [...RECORDS, 'nsync_run_progress'];

/** Empties a table at once. Rows that are deleted one by one are cleaned up later, during other measurements. */
const EMPTY: Readonly<Record<string, (knex: Knex) => Promise<unknown>>> = {
  postgres: (knex) => knex.raw(`TRUNCATE ${RECORDS_OF_SERVERS.join(', ')}`),
  mysql: (knex) =>
    knex.transaction(async (trx) => {
      await trx.raw('SET foreign_key_checks = 0');
      for (const table of RECORDS_OF_SERVERS) await trx.raw(`TRUNCATE ${table}`);
      await trx.raw('SET foreign_key_checks = 1');
    }),
  sqlite: async (knex) => {
    for (const table of RECORDS) await knex(table).delete();
  },
};

/** Empties the demo's tables, and adds the unique keys that a hand-written upsert needs. */
export async function freshTables({ knex, dialect }: Database): Promise<void> {
  const empty = EMPTY[dialect.name];
  if (!empty) throw new Error(`EMPTY in bench/persons.ts lacks ${dialect.name}`);
  await dropDemoTables(knex);
  await createDemoTables(knex);
  await knex.schema.alterTable('person', (table) => table.unique(['employee_id']));
  await knex.schema.alterTable('house', (table) => table.unique(['address']));
  await empty(knex);
}

const BATCH = 1000;

/** A source of JSON rows for a range of indexes. Rows are created while they are read. */
function rowsSource(
  model: string,
  [from, to]: readonly [number, number],
  valuesOf: (index: number) => object,
  flags: string,
  matchOn: string,
): SyncSource {
  return {
    system: SYSTEM,
    model,
    file: null,
    text: false,
    columns: Object.keys(valuesOf(from)),
    async *batches() {
      for (let start = from; start < to; start += BATCH)
        yield await Promise.resolve(
          Array.from({ length: Math.min(BATCH, to - start) }, (_, offset): Row => ({
            number: start - from + offset + 1,
            actionFlags: flags,
            matchOn,
            externalKey: keyOf(start + offset),
            values: valuesOf(start + offset) as Record<string, unknown>,
          })),
        );
    },
  };
}

export const source = (model: string, objects: readonly object[], flags: string, matchOn: string): SyncSource =>
  rowsSource(model, [0, objects.length], (index) => objects[index] ?? {}, flags, matchOn);

/** A source of persons for a range of indexes. */
export const personSource = (from: number, to: number, flags: string, matchOn: string): SyncSource =>
  rowsSource('Person', [from, to], makePerson, flags, matchOn);

/** The values of a house's row, with its owner as a reference. */
export const houseValues = ({ owner, ...house }: House): object => ({ ...house, 'owner=>employee_id': owner });

/** Runs of several clients on the same objects, and the check that one client ended last. */
import type { Knex } from 'knex';
import type { Database } from '../../src/database';
import { Car, House, Person, Tag } from '../../src/demo/models';
import { readCatalog } from '../../src/models';
import { DEFAULT_OPTIONS, SyncEngine, type SyncOptions } from '../../src/sync';

const OBJECTS = 40;

export async function engineOn(database: Database): Promise<SyncEngine> {
  return new SyncEngine(database, await readCatalog(database, [Person, House, Car, Tag]), { chunkSize: 7 });
}

/** All clients sync the same persons and houses, with different values and in another order of rows. */
export async function syncAs(client: number, engine: SyncEngine, options: Partial<SyncOptions> = {}): Promise<void> {
  const numbers = Array.from({ length: OBJECTS }, (_, index) => (index * 7 + client) % OBJECTS);
  const source = (model: string, values: (number: number) => Record<string, string>, matchOn: string) => ({
    system: `Client ${client}`,
    model,
    file: null,
    text: true,
    columns: Object.keys(values(0)),
    async *batches() {
      yield await Promise.resolve(
        numbers.map((number, index) => ({
          number: index + 1,
          actionFlags: 'cu*',
          matchOn,
          externalKey: `key ${number}`,
          values: values(number),
        })),
      );
    },
  });
  const { outcomes } = await engine.run({
    sources: [
      source('Person', (n) => ({ employee_id: `E${n}`, first_name: `By ${client}`, last_name: 'X' }), 'employee_id'),
      source(
        'House',
        (n) => ({ address: `H${n}`, country: `By ${client}`, 'owner=>employee_id': `E${(n + client) % OBJECTS}` }),
        'address',
      ),
    ],
    options: { ...DEFAULT_OPTIONS, ...options },
    wantOutcomes: true,
  });
  expect(outcomes.flat().filter(({ status, problems }) => status === 'FAILED' || problems.length > 0)).toEqual([]);
}

/**
 * The last client has set every value of both models, and the references. With CONTINUE other runs act between the chunks of a run, so
 * each row has a last client of its own.
 */
export async function expectWinner(
  knex: Knex,
  clients: readonly number[],
  onError: 'ROLLBACK' | 'CONTINUE',
): Promise<void> {
  const persons = (await knex('person')) as Record<string, unknown>[];
  const houses = (await knex('house').join('person', 'person.id', 'owner_id').select('house.*', 'employee_id')) as {
    address: string;
    country: string;
    employee_id: string;
  }[];
  expect(new Set(persons.map(({ employee_id }) => employee_id)).size).toBe(OBJECTS);
  expect(persons).toHaveLength(OBJECTS);
  expect(houses).toHaveLength(OBJECTS);
  const winnerOf = (value: unknown): number => Number(String(value).replace('By ', ''));
  const winners = new Set([...persons.map(({ first_name }) => first_name), ...houses.map(({ country }) => country)]);
  if (onError === 'ROLLBACK') expect(winners.size).toBe(1);
  expect(clients).toEqual(expect.arrayContaining([...winners].map(winnerOf)));
  for (const { address, country, employee_id } of houses)
    expect(employee_id).toBe(`E${(Number(address.slice(1)) + winnerOf(country)) % OBJECTS}`);
  const mappings = (await knex('nsync_external_key_mappings')
    .select('external_system_id', 'model')
    .count({ keys: '*' })
    .groupBy('external_system_id', 'model')) as { keys: unknown }[];
  expect(mappings.map(({ keys }) => Number(keys))).toEqual(Array.from({ length: clients.length * 2 }, () => OBJECTS));
  const running = (await knex('nsync_runs').where({ status: 'RUNNING' })) as unknown[];
  expect(running).toEqual([]);
}

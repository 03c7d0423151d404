/** Measures calls with one row, compared with hand-written Objection code: find the mapping and the object, write, map. */
import type { Database } from '../src/database';
import { systemIdOf } from './baselines/baseline';
import { perRowOne } from './baselines/perRow';
import { median } from './measure';
import { keyOf, makePersons, type Person, personSource, SYSTEM } from './persons';
import { makeEngine, syncWhole } from './speed';

export const LATENCY_SCENARIOS = ['created', 'unchanged'] as const;
export type LatencyScenario = (typeof LATENCY_SCENARIOS)[number];

/** Milliseconds of the median call. */
export type Latency = Record<'engine' | 'perRow', Record<LatencyScenario, number>>;

const WARM_UP = 50;

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Alternates between the calls, so that other work of the machine affects both. */
export async function latencyOf(database: Database, calls: number): Promise<Latency> {
  const engine = await makeEngine(database);
  const systemId = await systemIdOf(database.knex, SYSTEM);
  const persons = makePersons(2 * (calls + WARM_UP));
  const one = {
    engine: (index: number) => syncWhole(engine, [personSource(index, index + 1, 'cu*', 'employee_id')]),
    perRow: (index: number) =>
      database.knex.transaction((trx) => perRowOne(trx, systemId, persons[index] as Person, keyOf(index))),
  };
  const times = {
    engine: { created: [] as number[], unchanged: [] as number[] },
    perRow: { created: [] as number[], unchanged: [] as number[] },
  };
  for (let index = 0; index < persons.length; index += 2)
    for (const [offset, name] of (['engine', 'perRow'] as const).entries())
      for (const scenario of LATENCY_SCENARIOS) {
        const spent = await millisecondsOf(() => one[name](index + offset));
        if (index >= 2 * WARM_UP) times[name][scenario].push(spent);
      }
  const medians = ({ created, unchanged }: (typeof times)['engine']): Record<LatencyScenario, number> => ({
    created: median(created),
    unchanged: median(unchanged),
  });
  return { engine: medians(times.engine), perRow: medians(times.perRow) };
}

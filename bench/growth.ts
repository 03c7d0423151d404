/** Measures how rates change with the number of rows, in a run and in the tables. */
import type { Database } from '../src/database';
import { median, rateOf } from './measure';
import { freshTables, personSource } from './persons';
import { makeEngine, syncWhole } from './speed';

export interface Growth {
  /** New rows per second (median of some runs), by the number of objects before the first of these runs. */
  readonly created: readonly { readonly objects: number; readonly rate: number }[];
  /** The same rows again. */
  readonly unchanged: readonly { readonly objects: number; readonly rate: number }[];
  /** A single run with as many rows as the tables contain at the end. */
  readonly oneRun: { readonly rows: number; readonly rate: number };
}

const STEPS = 4;
/** Runs per step, one after another. A single run says little on a machine that is shared. */
const ROUNDS = 3;

/** Grows the tables to `most` objects, and measures `rows` rows at every step. Then measures a run of `most` rows on empty tables. */
export async function growthOf(database: Database, rows: number, most: number): Promise<Growth> {
  const engine = await makeEngine(database);
  const sync = (from: number, to: number): Promise<void> =>
    syncWhole(engine, [personSource(from, to, 'cu*', 'employee_id')]);
  const created: { objects: number; rate: number }[] = [];
  const unchanged: { objects: number; rate: number }[] = [];
  // The first run of a process is slower, so it is not measured.
  await sync(0, rows);
  await freshTables(database);
  for (let step = 0, objects = 0; step <= STEPS; step += 1) {
    const wanted = Math.round((most / STEPS) * step);
    if (wanted > objects) await sync(objects, wanted);
    objects = Math.max(objects, wanted);
    const before = objects;
    const rates = { created: [] as number[], unchanged: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1, objects += rows) {
      const [from, to] = [objects, objects + rows];
      rates.created.push(await rateOf(rows, () => sync(from, to)));
      rates.unchanged.push(await rateOf(rows, () => sync(from, to)));
    }
    created.push({ objects: before, rate: median(rates.created) });
    unchanged.push({ objects: before + rows, rate: median(rates.unchanged) });
  }
  await freshTables(database);
  return { created, unchanged, oneRun: { rows: most, rate: await rateOf(most, () => sync(0, most)) } };
}

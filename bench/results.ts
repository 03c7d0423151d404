/** The figures of the last saved run, per section and database. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Beside } from './beside';
import type { Calls } from './calls';
import type { Growth } from './growth';
import type { Latency } from './latency';
import type { Rate } from './measure';
import type { Scenario } from './speed';

/** By section and database. Rates are rows per second, latencies are milliseconds. */
export interface Results {
  readonly speed: Record<string, Record<string, Partial<Record<Scenario, Rate>>>>;
  readonly api: Record<string, Record<string, Record<string, Rate>>>;
  readonly growth: Record<string, Growth>;
  readonly latency: Record<string, Latency>;
  readonly calls: Record<string, Calls>;
  readonly beside: Record<string, Beside>;
}

export const RESULTS_FOLDER = join('docs', 'performance');
const FILE = join(RESULTS_FOLDER, 'results.json');

/** Stores the results together with those of other sections and databases. Returns all results. */
export function saveResults(results: Results): Results {
  const saved = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Partial<Results>) : {};
  const all: Results = {
    speed: { ...saved.speed, ...results.speed },
    api: { ...saved.api, ...results.api },
    growth: { ...saved.growth, ...results.growth },
    latency: { ...saved.latency, ...results.latency },
    calls: { ...saved.calls, ...results.calls },
    beside: { ...saved.beside, ...results.beside },
  };
  mkdirSync(RESULTS_FOLDER, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

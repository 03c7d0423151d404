/**
 * `npm run bench`: compares the engine with hand-written baselines, on every database that can be reached. Only ratios within one run on one machine
 * are comparable. Options: --sections speed,api,growth,latency,calls,beside; --databases MariaDB,PostgreSQL,SQLite; --rows 50000; --rounds 5;
 * --contenders engine,bulk (of speed); --objects 1000000 (of growth); --calls 300 (of latency); --clients 1,16,64 and --seconds 4 per measurement (of
 * calls); --load 200000, the rows of the load (of beside);
 * --save, which stores the figures in docs/performance/ and draws its charts again.
 */
import { parseArgs } from 'node:util';
import type { Database } from '../src/database';
import globalSetup from '../test/support/globalSetup';
import { API_SCENARIOS, apiRounds, WAYS } from './api';
import { besideOf } from './beside';
import { CALL_SCENARIOS, callsOf } from './calls';
import { drawCharts } from './chart';
import { growthOf } from './growth';
import { LATENCY_SCENARIOS, latencyOf } from './latency';
import type { Load } from './load';
import { median, type Rate, summary } from './measure';
import { type Results, saveResults } from './results';
import { CONTENDERS, type Round, type Scenario, SCENARIOS } from './speed';

const { values: options } = parseArgs({
  options: {
    sections: { type: 'string' },
    databases: { type: 'string' },
    rows: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '5' },
    contenders: { type: 'string' },
    objects: { type: 'string', default: '1000000' },
    calls: { type: 'string', default: '300' },
    clients: { type: 'string', default: '1,16,64' },
    seconds: { type: 'string', default: '4' },
    load: { type: 'string', default: '200000' },
    save: { type: 'boolean', default: false },
  },
});
const [rows, rounds, objects, calls] = [options.rows, options.rounds, options.objects, options.calls].map(Number) as [
  number,
  number,
  number,
  number,
];
const chosen = (list: string | undefined, name: string): boolean => !list || list.split(',').includes(name);

const write = (text: string): void => void process.stdout.write(`${text}\n`);
const thousand = (value: number): string => (value / 1000).toFixed(1);
const told = ({ median, least, most }: Rate): string => `${thousand(median)} (${thousand(least)}-${thousand(most)})`;

interface Subject {
  readonly name: string;
  readonly database: Database;
  readonly url: string;
}

async function speed({ name, database }: Subject): Promise<Results['speed'][string]> {
  const contenders = CONTENDERS.filter((each) => chosen(options.contenders, each.name));
  const measured = new Map<string, Round[]>(contenders.map((contender) => [contender.name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // Each contender begins one round, because the database may still be busy with work of the previous one (autovacuum, flushing).
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)])
      measured.get(contender.name)?.push(await contender.run(database, rows));
  }
  const summarise = (all: readonly Round[]): Partial<Record<Scenario, Rate>> =>
    Object.fromEntries(
      SCENARIOS.flatMap((scenario) => {
        const rates = all.flatMap((round) => round[scenario] ?? []);
        return rates.length > 0 ? [[scenario, summary(rates)]] : [];
      }),
    );
  const results = Object.fromEntries([...measured].map(([contender, all]) => [contender, summarise(all)]));
  write(`\n${name}: thousand rows per second (least-most), and the engine's rate as a multiple of theirs`);
  // Compares figures of the same round only. On a shared machine, figures from different minutes are not comparable.
  const ratio = (contender: string, scenario: Scenario): string => {
    const pairs = (measured.get('engine') ?? []).map((engine, index) => {
      const other = measured.get(contender)?.[index];
      return (engine[scenario] ?? NaN) / (other?.[scenario] ?? NaN);
    });
    return contender === 'engine' || pairs.length === 0 ? '' : ` ×${median(pairs).toFixed(2)}`;
  };
  for (const scenario of SCENARIOS) {
    const cells = Object.entries(results).flatMap(([contender, rates]) => {
      const rate = rates[scenario];
      return rate ? [`${contender} ${told(rate)}${ratio(contender, scenario)}`] : [];
    });
    write(`  ${scenario.padEnd(18)} ${cells.join('  |  ')}`);
  }
  return results;
}

async function api({ name, database, url }: Subject): Promise<Results['api'][string]> {
  const measured = await apiRounds(database, url, rows, rounds);
  write(`\n${name}, through the API: thousand rows per second (least-most), as a multiple of the engine alone`);
  const results: Results['api'][string] = {};
  for (const scenario of API_SCENARIOS) {
    const rates = Object.fromEntries(WAYS.map((way) => [way, summary(measured.map((round) => round[way][scenario]))]));
    results[scenario] = rates;
    const alone = rates['engine alone']?.median ?? NaN;
    const cells = WAYS.map((way) => {
      const rate = rates[way] as Rate;
      return `${way} ${told(rate)}${way === 'engine alone' ? '' : ` ×${(rate.median / alone).toFixed(2)}`}`;
    });
    write(`  ${scenario.padEnd(18)} ${cells.join('  |  ')}`);
  }
  return results;
}

async function growth({ name, database }: Subject): Promise<Results['growth'][string]> {
  const result = await growthOf(database, rows, objects);
  const first = result.created[0]?.rate ?? NaN;
  write(`\n${name}: thousand rows per second by objects in the table, as a multiple of the first`);
  for (const { objects: before, rate } of result.created)
    write(`  created, ${before} objects before  ${thousand(rate)} ×${(rate / first).toFixed(2)}`);
  for (const { objects: before, rate } of result.unchanged)
    write(
      `  unchanged, of ${before} objects  ${thousand(rate)} ×${(rate / (result.unchanged[0]?.rate ?? NaN)).toFixed(2)}`,
    );
  write(
    `  one run of ${result.oneRun.rows} rows  ${thousand(result.oneRun.rate)} ×${(result.oneRun.rate / first).toFixed(2)}`,
  );
  return result;
}

async function latency({ name, database }: Subject): Promise<Results['latency'][string]> {
  const result = await latencyOf(database, calls);
  write(`\n${name}: one row per call, milliseconds of the median call, as a multiple of a hand-written row`);
  for (const scenario of LATENCY_SCENARIOS) {
    const [engine, byHand] = [result.engine[scenario], result.perRow[scenario]];
    write(
      `  ${scenario.padEnd(18)} engine ${engine.toFixed(1)}  |  perRow ${byHand.toFixed(1)} ×${(engine / byHand).toFixed(2)}`,
    );
  }
  return result;
}

async function manyCalls({ name, database, url }: Subject): Promise<Results['calls'][string]> {
  const clients = options.clients.split(',').map(Number);
  const { calls: result, clientCpu } = await callsOf(database, url, {
    clients,
    seconds: Number(options.seconds),
    rounds,
  });
  write(
    `\n${name}: one row per call, calls per second (milliseconds of p50, p99), and nsync's as a multiple of by hand`,
  );
  const shown = ({ rate, p50, p99 }: Load): string => `${rate.toFixed(0)} (${p50.toFixed(1)}, ${p99.toFixed(1)})`;
  for (const scenario of CALL_SCENARIOS)
    for (const count of clients) {
      const figures = result[scenario][count];
      if (figures)
        write(
          `  ${`${scenario}, ${count} clients`.padEnd(22)} nsync ${shown(figures.nsync)}  |  by hand ${shown(figures.byHand)}  |  calls ×${figures.rateRatio.toFixed(2)}, p99 ×${figures.p99Ratio.toFixed(2)}`,
        );
    }
  write(`  the clients used up to ${(100 * clientCpu).toFixed(0)} % of a core`);
  return result;
}

async function beside({ name, database, url }: Subject): Promise<Results['beside'][string]> {
  const result = await besideOf(database, url, { rows: Number(options.load), rounds });
  const [alone, withCalls] = [result.alone, result.withCalls].map(thousand);
  const [p50, p99, most] = [result.p50, result.p99, result.most].map((time) => time.toFixed(0));
  write(`\n${name}: a load with onError: CONTINUE, and ten calls per second with one row beside it`);
  write(
    `  thousand rows per second alone ${alone}, with calls ${withCalls} ×${result.ratio.toFixed(2)}  |  milliseconds of a call p50 ${p50}, p99 ${p99}, at most ${most}`,
  );
  return result;
}

const SECTIONS = { speed, api, growth, latency, calls: manyCalls, beside };

async function main(): Promise<void> {
  await globalSetup();
  const { DATABASES, migratedDatabase } = await import('../test/support/databases.js');
  const results: Results = { speed: {}, api: {}, growth: {}, latency: {}, calls: {}, beside: {} };
  for (const kind of DATABASES.filter(({ name }) => chosen(options.databases, name)))
    for (const [section, measure] of Object.entries(SECTIONS)) {
      if (!chosen(options.sections, section)) continue;
      const test = await migratedDatabase(kind);
      try {
        results[section as keyof Results][kind.name] = await measure({ name: kind.name, ...test });
      } finally {
        await test.drop();
      }
    }
  if (options.save) drawCharts(saveResults(results));
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});

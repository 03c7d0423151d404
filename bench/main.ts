/**
 * `npm run bench`: the engine beside hand-written baselines, on every database that can be reached. Ratios of one run on one
 * machine are what counts. Options: --rows 50000, --rounds 5, --databases MariaDB,PostgreSQL,SQLite, --contenders engine,bulk.
 */
import { parseArgs } from 'node:util';
import globalSetup from '../test/support/globalSetup';
import { type Rate, summary } from './measure';
import { CONTENDERS, type Round, type Scenario, SCENARIOS } from './speed';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '5' },
    databases: { type: 'string' },
    contenders: { type: 'string' },
  },
});
const chosen = (list: string | undefined, name: string): boolean => !list || list.split(',').includes(name);

type Rates = Partial<Record<Scenario, Rate>>;

const summarise = (rounds: readonly Round[]): Rates =>
  Object.fromEntries(
    SCENARIOS.flatMap((scenario) => {
      const rates = rounds.flatMap((round) => round[scenario] ?? []);
      return rates.length > 0 ? [[scenario, summary(rates)]] : [];
    }),
  );

function show(database: string, results: ReadonlyMap<string, Rates>): void {
  const engine = results.get('engine');
  process.stdout.write(
    `\n${database}: thousand rows a second (least-most), and the engine's rate as a multiple of theirs\n`,
  );
  for (const scenario of SCENARIOS) {
    const cells = [...results].map(([name, rates]) => {
      const rate = rates[scenario];
      if (!rate) return '';
      const ratio =
        name === 'engine' || !engine?.[scenario] ? '' : ` ×${(engine[scenario].median / rate.median).toFixed(2)}`;
      const thousand = (value: number): string => (value / 1000).toFixed(1);
      return `${name} ${thousand(rate.median)} (${thousand(rate.least)}-${thousand(rate.most)})${ratio}`;
    });
    process.stdout.write(`  ${scenario.padEnd(18)} ${cells.filter(Boolean).join('  |  ')}\n`);
  }
}

async function main(): Promise<void> {
  await globalSetup();
  const { DATABASES, migratedDatabase } = await import('../test/support/databases.js');
  for (const kind of DATABASES.filter(({ name }) => chosen(options.databases, name))) {
    const results = new Map<string, Round[]>();
    const test = await migratedDatabase(kind);
    try {
      for (let round = 0; round < Number(options.rounds); round += 1)
        for (const { name, run } of CONTENDERS.filter((contender) => chosen(options.contenders, contender.name)))
          results.set(name, [...(results.get(name) ?? []), await run(test.database, Number(options.rows))]);
    } finally {
      await test.drop();
    }
    show(kind.name, new Map([...results].map(([name, rounds]) => [name, summarise(rounds)])));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack}\n`);
  process.exitCode = 1;
});

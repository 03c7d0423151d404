/**
 * The budget of random tests. NSYNC_PROPERTY_SECONDS: seconds on each database (the default). NSYNC_PROPERTY_RUNS: cases on each database.
 * NSYNC_PROPERTY_SEED: the first seeds, separated by commas; `today` is the seed of the day.
 */
import fc from 'fast-check';

const { NSYNC_PROPERTY_RUNS, NSYNC_PROPERTY_SECONDS = '20', NSYNC_PROPERTY_SEED = '1,today' } = process.env;

const MILLISECONDS_A_DAY = 86_400_000;
/** Seeds per day: so many that a day never reaches the seeds of the next. */
const SEEDS_A_DAY = 10_000;

const today = Math.floor(Date.now() / MILLISECONDS_A_DAY) * SEEDS_A_DAY;

export const SEEDS: readonly number[] = NSYNC_PROPERTY_SEED.split(',').map((seed) =>
  seed.trim() === 'today' ? today : Number(seed),
);
/** Null: the time decides. */
export const RUNS = NSYNC_PROPERTY_RUNS === undefined ? null : Number(NSYNC_PROPERTY_RUNS);

/** Enough for a test that respects the budget, on a busy machine. */
export const TIMEOUT = RUNS === null ? Number(NSYNC_PROPERTY_SECONDS) * 10_000 + 300_000 : RUNS * 20_000 + 300_000;

const LONGEST_ATTEMPT = 120_000;

/** For fast-check: an attempt fails after this time. Until then, fast-check looks for a smaller counterexample, so a failed test always shows one. */
export const ATTEMPT_LIMIT = [fc.interruptAfterTimeLimit(LONGEST_ATTEMPT, { failOnInterrupt: true })];

export interface Budget {
  /** The cases per seed. */
  readonly cases: number;
  /** The part of the whole budget for the test. */
  readonly share?: number;
  /** jest's pattern for the test's file, which repeats it. */
  readonly file: string;
}

/** The number of cases between progress reports, so that a stopped test can continue from there. */
const REPORT_EVERY = 500;

function report(file: string, before: number, tried: number, most: number, seed: number): void {
  if (most === Infinity || Math.floor(before / REPORT_EVERY) === Math.floor(tried / REPORT_EVERY)) return;
  process.stderr.write(`${file}: ${tried} of ${most} cases passed. The last seed was ${seed}.\n`);
}

/**
 * Tries seeds until the budget is used up: each of the first seeds at least once, then the following ones in turn. An error contains the command that
 * repeats the failure. Returns the number of cases.
 */
export async function withinBudget(
  { cases, share = 1, file }: Budget,
  attempt: (seed: number, numRuns: number) => Promise<void>,
): Promise<number> {
  const end = Date.now() + Number(NSYNC_PROPERTY_SECONDS) * 1000 * share;
  const most = RUNS === null ? Infinity : Math.ceil(RUNS * share);
  let tried = 0;
  for (let round = 0; tried < most && (round === 0 || RUNS !== null || Date.now() < end); round += 1)
    for (const first of SEEDS) {
      const numRuns = Math.min(cases, most - tried);
      if (numRuns <= 0 || (round > 0 && RUNS === null && Date.now() >= end)) break;
      await repeatable(file, first + round, cases, () => attempt(first + round, numRuns));
      report(file, tried, tried + numRuns, most, first + round);
      tried += numRuns;
    }
  return tried;
}

async function repeatable(file: string, seed: number, cases: number, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    const command = `NSYNC_PROPERTY_SEED=${seed} NSYNC_PROPERTY_RUNS=${cases} npx jest ${file}`;
    throw new Error(`${(error as Error).message}\nRepeat it with: ${command}`, { cause: (error as Error).cause });
  }
}

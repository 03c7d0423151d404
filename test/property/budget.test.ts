/** How many random cases are tried, from which seeds, and how a failure is repeated. */
import type * as Module from '../support/budget';

function budgetWith(env: Record<string, string>): typeof Module {
  const before = process.env;
  process.env = { ...Object.fromEntries(Object.entries(before).filter(([name]) => !name.startsWith('NSYNC_PROPERTY'))), ...env }; // prettier-ignore
  try {
    let loaded: typeof Module | undefined;
    jest.isolateModules(() => (loaded = jest.requireActual<typeof Module>('../support/budget')));
    return loaded as typeof Module;
  } finally {
    process.env = before;
  }
}

const BUDGET: Module.Budget = { cases: 10, file: 'some.test' };

async function tried(env: Record<string, string>): Promise<[seed: number, numRuns: number][]> {
  const attempts: [number, number][] = [];
  await budgetWith(env).withinBudget(BUDGET, (...attempt) => Promise.resolve(void attempts.push(attempt)));
  return attempts;
}

it('so many cases are tried, from each seed in turn', async () => {
  const env = { NSYNC_PROPERTY_RUNS: '35', NSYNC_PROPERTY_SEED: '7,500' };
  expect(await tried(env)).toEqual([
    [7, 10],
    [500, 10],
    [8, 10],
    [501, 5],
  ]);
});

it('without time, each seed is tried once, that of the day among them', async () => {
  const attempts = await tried({ NSYNC_PROPERTY_SECONDS: '0' });
  expect(attempts).toEqual([
    [1, 10],
    [expect.any(Number), 10],
  ]);
  expect((attempts[1]?.[0] ?? 0) % 10_000).toBe(0);
});

it('what fails is told with the command that repeats it', async () => {
  const { withinBudget } = budgetWith({ NSYNC_PROPERTY_RUNS: '100', NSYNC_PROPERTY_SEED: '3' });
  const fail = (seed: number) => (seed === 5 ? Promise.reject(new Error('wrong')) : Promise.resolve());
  await expect(withinBudget(BUDGET, fail)).rejects.toThrow(
    'wrong\nRepeat it with: NSYNC_PROPERTY_SEED=5 NSYNC_PROPERTY_RUNS=10 npx jest some.test',
  );
});

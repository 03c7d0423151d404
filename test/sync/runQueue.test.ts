/** R44: short runs wait a moment for those that are likely to come, so that a transaction carries out more of them. */
import { UNOBSERVED } from '../../src/sync/observer';
import { type Companion, RunQueue } from '../../src/sync/run/runQueue';

const MODELS = ['Tag'];

describe('R44 companions', () => {
  let queue: RunQueue;
  /** The sizes of the groups that were carried out. */
  let groups: number[];
  beforeEach(() => {
    queue = new RunQueue();
    groups = [];
    // A clock that the load of the machine does not change: a tenth of a millisecond passes between two looks at it.
    let looks = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => (looks += 1) / 10);
  });
  afterEach(() => jest.restoreAllMocks());

  const join = (
    gathering: (gather: () => Promise<readonly Companion[]>) => Promise<readonly Companion[]>,
  ): Promise<void> =>
    queue.runTogether(
      MODELS,
      { signal: new AbortController().signal, watcher: UNOBSERVED },
      { rows: 1, mayJoin: true },
      async (companions, gather) => {
        const more = await gathering(() => gather(companions));
        groups.push(companions.length + more.length);
      },
    );
  const arrive = (): Promise<void> => join((gather) => gather());
  const arriveTogether = (count: number): Promise<unknown> => Promise.all(Array.from({ length: count }, arrive));

  it('are waited for if as many came the last time', async () => {
    await arriveTogether(3);
    const later: Promise<unknown>[] = [];
    await join((gather) => {
      // They come in the next turn of the event loop.
      setImmediate(() => later.push(arrive(), arrive()));
      return gather();
    });
    await Promise.all(later);
    expect(groups).toEqual([3, 3]);
  });

  it('are waited for if they did not fit into the time of the last ones', async () => {
    const later: Promise<unknown>[] = [];
    await join(async () => {
      later.push(arriveTogether(2));
      return Promise.resolve([]);
    });
    setImmediate(() => later.push(arrive()));
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(later);
    expect(groups).toEqual([1, 3]);
  });

  it.each([
    [30, 'as long as they keep coming', [30, 30]],
    [200, 'up to ten milliseconds', [200, expect.any(Number), expect.any(Number)]],
  ] as const)('of which %i came the last time are waited for %s', async (many, _how, expected) => {
    await arriveTogether(many);
    const later: Promise<unknown>[] = [];
    await join(async (gather) => {
      const gathering = gather();
      for (let count = 1; count < many; count += 1) {
        later.push(arrive());
        await new Promise((resolve) => setImmediate(resolve));
      }
      return gathering;
    });
    await Promise.all(later);
    expect(groups).toEqual(expected);
    expect(groups.reduce((sum, size) => sum + size)).toBe(2 * many);
  });

  it('are not waited for if none came the last time', async () => {
    await arriveTogether(1);
    const later: Promise<unknown>[] = [];
    await join((gather) => {
      setImmediate(() => later.push(arrive()));
      return gather();
    });
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(later);
    expect(groups).toEqual([1, 1, 1]);
  });

  it('that do not come are waited for once, and not for long', async () => {
    await arriveTogether(3);
    const begun = performance.now();
    await arriveTogether(1);
    expect(performance.now() - begun).toBeLessThan(3);
    await arriveTogether(1);
    expect(performance.now() - begun).toBeLessThan(4);
    expect(groups).toEqual([3, 1, 1]);
  });
});

/** R44: short runs wait a moment for those that are likely to come, so that a transaction carries out more of them. */
import { UNOBSERVED } from '../../src/sync/observer';
import { RunQueue } from '../../src/sync/run/runQueue';

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

  /** `work` is done for the companions of a group, before later ones may join them. */
  const arrive = (work: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    queue.runTogether(
      MODELS,
      { signal: new AbortController().signal, watcher: UNOBSERVED },
      { rows: 1, mayJoin: true },
      async (companions, join) => {
        await work();
        groups.push(companions.length + join(companions).length);
      },
    );
  const arriveTogether = (count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => arrive()));
  const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('are waited for if as many came the last time', async () => {
    await arriveTogether(3);
    const first = arrive();
    await nextTurn();
    await Promise.all([first, arrive(), arrive()]);
    expect(groups).toEqual([3, 3]);
  });

  it('join those that have begun their work', async () => {
    const later: Promise<unknown>[] = [];
    await arrive(() => {
      later.push(arriveTogether(2));
      return nextTurn();
    });
    await Promise.all(later);
    expect(groups).toEqual([3]);
  });

  it('are waited for if they did not fit into the time of the last ones', async () => {
    const later: Promise<unknown>[] = [];
    await queue.run(MODELS, { signal: new AbortController().signal, watcher: UNOBSERVED }, async () => {
      later.push(arriveTogether(2));
      await nextTurn();
    });
    await Promise.all(later);
    // The third one comes while the first two wait for as many as there were.
    await Promise.all([arrive(), nextTurn().then(() => arriveTogether(1))]);
    expect(groups).toEqual([2, 2]);
  });

  const arriveOneByOne = async (count: number): Promise<void> => {
    const all: Promise<unknown>[] = [];
    while (all.length < count) {
      all.push(arrive());
      await nextTurn();
    }
    await Promise.all(all);
  };

  it('are waited for as long as they keep coming', async () => {
    await arriveTogether(30);
    await arriveOneByOne(30);
    expect(groups).toEqual([30, 30]);
  });

  it('are waited for up to ten milliseconds', async () => {
    await arriveTogether(200);
    await arriveOneByOne(200);
    const [together, ...others] = groups;
    expect(together).toBe(200);
    expect(Math.max(...others)).toBeLessThan(100);
    expect(others.reduce((sum, size) => sum + size)).toBe(200);
  });

  it('are not waited for if none came the last time', async () => {
    await arriveTogether(1);
    await arrive();
    const first = arrive();
    await nextTurn();
    await Promise.all([first, arrive()]);
    expect(groups).toEqual([1, 1, 1, 1]);
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

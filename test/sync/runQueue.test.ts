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
  });

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
    await arriveTogether(1);
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(groups).toEqual([3, 1, 1]);
  });
});

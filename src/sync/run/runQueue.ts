/** Runs of this process that work on the same models wait here, without holding a connection open (R44). */

import { setImmediate } from 'node:timers/promises';
import { during, type RunWatcher } from '../observer';

/** The most concurrent runs. Each may use two connections of the pool. */
const MOST_RUNNING = 4;

/** The most rows of companions: one chunk. */
const MOST_ROWS = 1000;

/**
 * The most milliseconds in which companions wait for as many as there were the last time: for the next one, and for all of them. Callers that were
 * answered call again.
 */
const LONGEST_PAUSE = 2;
const LONGEST_GATHERING = 10;

/** A run that may be carried out together with others. */
export interface Companion {
  /** The number of its rows. */
  readonly rows: number;
  /** Whether it may join companions that hold locks of the database, because it waits for nothing else there. */
  readonly mayJoin: boolean;
}

type Control = { readonly signal: AbortSignal; readonly watcher: RunWatcher };

interface Waiting {
  readonly models: readonly string[];
  /** Null: the run is carried out by itself. */
  readonly companion: Companion | null;
  /** Called with the companion and those that it takes along. The list is empty if another entry takes this one along. */
  readonly start: (companions: readonly Companion[]) => void;
}

const areSame = (models: readonly string[], others: readonly string[]): boolean =>
  models.length === others.length && models.every((model, index) => model === others[index]);

const nameOf = (models: readonly string[]): string => JSON.stringify(models);

export class RunQueue {
  private readonly busy = new Set<string>();
  private readonly waiting: Waiting[] = [];
  private running = 0;
  /** The number of companions that were carried out together the last time, and of those that waited when they had finished, by their models. */
  private readonly lastCounts = new Map<string, number>();

  /** Does the work when no earlier run works on one of the models. If the signal is aborted before, throws its reason. */
  async run<T>(models: readonly string[], control: Control, work: () => Promise<T>): Promise<T> {
    await this.wait(models, control, null);
    try {
      return await work();
    } finally {
      this.end(models);
    }
  }

  /**
   * As `run`, for a companion. The first companion that can start takes along later companions that wait for the same models, or come soon, and calls
   * `work` for all of them. Once more, `work` may `join` those that have come meanwhile with those that it has. For companions that are taken along,
   * resolves without calling `work`.
   */
  async runTogether<C extends Companion>(
    models: readonly string[],
    control: Control,
    companion: C,
    work: (companions: readonly C[], join: (taken: readonly C[]) => readonly C[]) => Promise<void>,
  ): Promise<void> {
    const first = (await this.wait(models, control, companion)) as readonly C[];
    if (first.length === 0) return;
    let count = 0;
    try {
      const companions = (await this.gather(models, first)) as readonly C[];
      count = companions.length;
      await work(companions, (taken) => {
        const more = this.takeMore(models, taken) as readonly C[];
        count = taken.length + more.length;
        return more;
      });
    } finally {
      const left = this.waiting.filter((entry) => entry.companion && areSame(models, entry.models));
      this.lastCounts.set(nameOf(models), count + left.length);
      this.end(models);
    }
  }

  /** Whether a run waits for one of the models. */
  isAwaited(models: readonly string[]): boolean {
    return this.waiting.some((entry) => entry.models.some((model) => models.includes(model)));
  }

  private end(models: readonly string[]): void {
    this.running -= 1;
    for (const model of models) this.busy.delete(model);
    this.startNext();
  }

  private wait(
    models: readonly string[],
    { signal, watcher }: Control,
    companion: Companion | null,
  ): Promise<readonly Companion[]> {
    return during(watcher, 'wait', null, async () => {
      signal.throwIfAborted();
      return new Promise<readonly Companion[]>((resolve, reject) => {
        const leave = (): void => {
          this.waiting.splice(this.waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
          this.startNext();
        };
        const entry: Waiting = {
          models,
          companion,
          start: (companions) => {
            signal.removeEventListener('abort', leave);
            resolve(companions);
          },
        };
        signal.addEventListener('abort', leave);
        this.waiting.push(entry);
        this.startNext();
      });
    });
  }

  private startNext(): void {
    // Models of earlier waiting runs count as busy, so that no run waits forever.
    const claimed = new Set(this.busy);
    for (const entry of [...this.waiting]) {
      if (this.running >= MOST_RUNNING) return;
      // An earlier entry may have taken this one along.
      if (!this.waiting.includes(entry)) continue;
      const free = !entry.models.some((model) => claimed.has(model));
      if (free) this.start(entry);
      for (const model of entry.models) claimed.add(model);
    }
  }

  private start(entry: Waiting): void {
    const { models, companion } = entry;
    const later = this.waiting.slice(this.waiting.indexOf(entry) + 1);
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    this.running += 1;
    for (const model of models) this.busy.add(model);
    entry.start(companion ? [companion, ...this.takeAlong(later, models, companion.rows, () => true)] : []);
  }

  /** The companions, with those that wait now. Waits a moment for as many as there were the last time. */
  private async gather(models: readonly string[], taken: readonly Companion[]): Promise<readonly Companion[]> {
    const expected = this.lastCounts.get(nameOf(models)) ?? 1;
    const begun = performance.now();
    let lastCame = begun;
    const all = [...taken, ...this.takeMore(models, taken)];
    for (let now = begun; all.length < expected; now = performance.now()) {
      if (now - lastCame > LONGEST_PAUSE || now - begun > LONGEST_GATHERING) break;
      await setImmediate();
      const more = this.takeMore(models, all);
      if (more.length > 0) lastCame = performance.now();
      all.push(...more);
    }
    return all;
  }

  private takeMore(models: readonly string[], taken: readonly Companion[]): readonly Companion[] {
    const rows = taken.reduce((sum, companion) => sum + companion.rows, 0);
    const more = this.takeAlong([...this.waiting], models, rows, ({ mayJoin }) => mayJoin);
    // Runs that waited behind these may be able to start.
    if (more.length > 0) this.startNext();
    return more;
  }

  /**
   * Removes companions from the queue, unless a run that waits before them waits for one of their models. `rows`: the rows of the companions
   * that take them along.
   */
  private takeAlong(
    waiting: readonly Waiting[],
    models: readonly string[],
    rows: number,
    mayTake: (companion: Companion) => boolean,
  ): Companion[] {
    const taken: Companion[] = [];
    let total = rows;
    const passed = new Set<string>();
    for (const entry of waiting) {
      const { companion } = entry;
      const isFree = areSame(models, entry.models) && !models.some((model) => passed.has(model));
      if (companion && isFree && total + companion.rows <= MOST_ROWS && mayTake(companion)) {
        total += companion.rows;
        taken.push(companion);
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        entry.start([]);
      } else for (const model of entry.models) passed.add(model);
    }
    return taken;
  }
}

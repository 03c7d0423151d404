/** Runs of this process that work on the same models wait here, without holding a connection open (R44). */

import { during, type RunWatcher } from '../observer';

/** The most concurrent runs. Each may use two connections of the pool. */
const MOST_RUNNING = 4;

/** The most rows of companions: one chunk. */
const MOST_ROWS = 1000;

/** A run that may be carried out together with others. */
export interface Companion {
  /** The number of its rows. */
  readonly rows: number;
}

type Control = { readonly signal: AbortSignal; readonly watcher: RunWatcher };

interface Waiting {
  readonly models: readonly string[];
  /** Null: the run is carried out by itself. */
  readonly companion: Companion | null;
  /** Called with the companion and those that it takes along. The list is empty if another entry takes this one along. */
  readonly start: (companions: readonly Companion[]) => void;
}

const haveSameModels = (one: Waiting, other: Waiting): boolean =>
  one.models.length === other.models.length && one.models.every((model, index) => model === other.models[index]);

export class RunQueue {
  private readonly busy = new Set<string>();
  private readonly waiting: Waiting[] = [];
  private running = 0;

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
   * As `run`, for a companion. The first companion that can start takes along later companions that wait for the same models, and calls
   * `work` for all of them. For companions that are taken along, resolves without calling `work`.
   */
  async runTogether<C extends Companion>(
    models: readonly string[],
    control: Control,
    companion: C,
    work: (companions: readonly C[]) => Promise<void>,
  ): Promise<void> {
    const companions = (await this.wait(models, control, companion)) as readonly C[];
    if (companions.length === 0) return;
    try {
      await work(companions);
    } finally {
      this.end(models);
    }
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
    const taken = entry.companion ? this.takeAlong(entry, entry.companion) : [];
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    this.running += 1;
    for (const model of entry.models) this.busy.add(model);
    for (const { start } of taken) start([]);
    entry.start(entry.companion ? [entry.companion, ...taken.flatMap(({ companion }) => companion ?? [])] : []);
  }

  /** Removes later companions from the queue, unless another run between them waits for one of their models. */
  private takeAlong(entry: Waiting, { rows }: Companion): Waiting[] {
    const taken: Waiting[] = [];
    let total = rows;
    const passed = new Set<string>();
    for (const other of this.waiting.slice(this.waiting.indexOf(entry) + 1)) {
      const isFree = !other.models.some((model) => passed.has(model));
      if (other.companion && isFree && haveSameModels(entry, other) && total + other.companion.rows <= MOST_ROWS) {
        total += other.companion.rows;
        taken.push(other);
      } else for (const model of other.models) passed.add(model);
    }
    for (const other of taken) this.waiting.splice(this.waiting.indexOf(other), 1);
    return taken;
  }
}

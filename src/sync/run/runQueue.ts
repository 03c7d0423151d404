/** Runs of this process that work on the same models wait here, without holding a connection open (R44). */

import { during, type RunWatcher } from '../observer';

/** The most concurrent runs. Each may use two connections of the pool. */
const MOST_RUNNING = 4;

interface Waiting {
  readonly models: readonly string[];
  readonly start: () => void;
}

export class RunQueue {
  private readonly busy = new Set<string>();
  private readonly waiting: Waiting[] = [];
  private running = 0;

  /**
   * Runs the work after earlier work on its models. While waiting, rejects with the signal's reason if the signal
   * aborts.
   */
  async run<T>(
    models: readonly string[],
    { signal, watcher }: { readonly signal: AbortSignal; readonly watcher: RunWatcher },
    work: () => Promise<T>,
  ): Promise<T> {
    await during(watcher, 'wait', null, () => this.wait(models, signal));
    try {
      return await work();
    } finally {
      this.running -= 1;
      for (const model of models) this.busy.delete(model);
      this.startNext();
    }
  }

  private async wait(models: readonly string[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        this.startNext();
      };
      const entry: Waiting = {
        models,
        start: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal.addEventListener('abort', leave);
      this.waiting.push(entry);
      this.startNext();
    });
  }

  private startNext(): void {
    // Models of earlier waiting runs count as busy, so that no run waits forever.
    const claimed = new Set(this.busy);
    for (const entry of [...this.waiting]) {
      if (this.running >= MOST_RUNNING) return;
      const free = !entry.models.some((model) => claimed.has(model));
      for (const model of entry.models) claimed.add(model);
      if (!free) continue;
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      this.running += 1;
      for (const model of entry.models) this.busy.add(model);
      entry.start();
    }
  }
}

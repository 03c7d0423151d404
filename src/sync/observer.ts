/** What an engine tells of its runs while they work: for metrics, traces and logs. It tells no value of a row. */
import type { RunCounts, RunStatus } from '../records';

/** What a run spends its time on. Steps of one run may overlap, because rows are loaded ahead. */
export const RUN_STEPS = ['wait', 'load', 'plan', 'write', 'record', 'commit'] as const;
export type RunStep = (typeof RUN_STEPS)[number];

export interface ObservedRun {
  readonly id: string;
  readonly dryRun: boolean;
  readonly sources: readonly { readonly system: string; readonly model: string }[];
}

export interface ObservedEnd {
  readonly status: RunStatus;
  /** By source; of a run that did not begin with its rows there are none. */
  readonly counts: readonly RunCounts[];
  /** Whether the database has the changes that are counted. */
  readonly isStored: boolean;
  /** What ended the run before its end; null if nothing did. */
  readonly error: unknown;
}

/** Watches one run; none of this may throw. */
export interface RunWatcher {
  /** A step begins, with so many rows; what is returned ends the step, and may be called again. */
  step(step: RunStep, rows: number | null): () => void;
  /** Rows of a source are done: in each pass that they have a part in, and again if their transaction is repeated. */
  rowsDone(source: number, rows: number): void;
  end(end: ObservedEnd): void;
}

/** Is told of a run once it is recorded, before it waits for its models. */
export type RunObserver = (run: ObservedRun) => RunWatcher;

const nothing = (): void => undefined;

export const UNOBSERVED: RunWatcher = { step: () => nothing, rowsDone: nothing, end: nothing };

/** Does work that is a step of a run. */
export async function during<T>(
  watcher: RunWatcher,
  step: RunStep,
  rows: number | null,
  work: () => Promise<T>,
): Promise<T> {
  const end = watcher.step(step, rows);
  try {
    return await work();
  } finally {
    end();
  }
}

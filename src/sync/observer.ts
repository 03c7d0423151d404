/**
 * What an engine reports about its runs while they work, for metrics, traces and logs. It reports no values of rows.
 */
import type { RunCounts, RunStatus } from '../records';

/** The steps of a run. Steps of one run may overlap, because rows are loaded ahead. */
export const RUN_STEPS = ['wait', 'load', 'plan', 'write', 'record', 'commit'] as const;
export type RunStep = (typeof RUN_STEPS)[number];

export interface ObservedRun {
  readonly dryRun: boolean;
  readonly sources: readonly { readonly system: string; readonly model: string }[];
}

export interface ObservedEnd {
  readonly status: RunStatus;
  /** One per source; empty if the run ended before its first row. */
  readonly counts: readonly RunCounts[];
  /** Whether the counted changes are in the database. */
  readonly isStored: boolean;
  /** The error that ended the run early; null if there was none. */
  readonly error: unknown;
}

/** Watches one run. Its methods must not throw. */
export interface RunWatcher {
  /** Called when the run is recorded: before its first step, or with its end if the run is short. Not called if the run cannot be recorded. */
  recorded(id: string): void;
  /**
   * Called when a step begins; `rows` is null for steps without rows. Returns a function that ends the step and may be
   * called repeatedly.
   */
  step(step: RunStep, rows: number | null): () => void;
  /**
   * Called when rows of a source are done: once per pass in which they act, and again if their transaction is repeated.
   */
  rowsDone(source: number, rows: number): void;
  end(end: ObservedEnd): void;
  /** Called instead of `end` if the call repeats an earlier call, so its run is that call's (R49), or if another process continues the run. */
  endsElsewhere(): void;
}

/** Called for each run before the run waits for its models. */
export type RunObserver = (run: ObservedRun) => RunWatcher;

const nothing = (): void => undefined;

export const UNOBSERVED: RunWatcher = {
  recorded: nothing,
  step: () => nothing,
  rowsDone: nothing,
  end: nothing,
  endsElsewhere: nothing,
};

/** Does work as a step of a run, and returns its result. */
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

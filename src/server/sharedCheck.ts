/** One check for all callers that wait for its result at the same time. */

const ignore = (): void => undefined;

/** Returns a function that gives each caller the result of a check that started after the caller's call. */
export function sharedCheck<T>(check: () => Promise<T>): () => Promise<T> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<T> | null = null;
  return () =>
    (next ??= running.then(() => {
      next = null;
      const result = check();
      running = result.then(ignore, ignore);
      return result;
    }));
}

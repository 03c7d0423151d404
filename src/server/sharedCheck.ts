/** One check for all callers that wait for its result at the same time. */

interface Check<T> {
  running: Promise<void>;
  /** Begins when the running one has ended. */
  next: Promise<T> | null;
}

const ignore = (): void => undefined;

/** Returns a function that gives each caller the result of a check of this subject that started after the caller's call. */
export function sharedCheck<S, T>(check: (subject: S) => Promise<T>): (subject: S) => Promise<T> {
  const checks = new Map<S, Check<T>>();
  return (subject) => {
    const known = checks.get(subject) ?? { running: Promise.resolve(), next: null };
    checks.set(subject, known);
    return (known.next ??= known.running.then(() => {
      known.next = null;
      const result = check(subject);
      known.running = result.then(ignore, ignore).then(() => {
        if (known.next === null) checks.delete(subject);
      });
      return result;
    }));
  };
}

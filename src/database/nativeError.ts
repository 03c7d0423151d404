/** What the driver said: Objection wraps its error in one of its own, GraphQL what it does not take for an Error, and knex puts SQL before its message. */

/** The driver's error. */
export function nativeError<T>(error: unknown): Partial<T> {
  const { nativeError: wrapped, thrownValue } = error as { nativeError?: unknown; thrownValue?: unknown };
  return (wrapped ?? thrownValue ?? error) as Partial<T>;
}

/** Messages of drivers' errors, as they were before knex saw them. */
const sentences = new WeakMap<object, string>();

/** Remembers the driver's own message; called before knex adds the statement to it. */
export function rememberSentence(error: unknown): void {
  if (error instanceof Error && !sentences.has(error)) sentences.set(error, error.message);
}

/** The driver's own message, without the statement that failed. */
export function sentenceOf(error: unknown): string {
  const native = nativeError<Error>(error);
  return sentences.get(native) ?? native.message ?? '';
}

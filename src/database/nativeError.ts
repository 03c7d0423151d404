/**
 * The driver's own errors and messages. Objection wraps them in its own errors, GraphQL wraps anything that is not an Error, and knex puts SQL before
 * the message.
 */

export function nativeError<T>(error: unknown): Partial<T> {
  const { nativeError: wrapped, thrownValue } = error as { nativeError?: unknown; thrownValue?: unknown };
  return (wrapped ?? thrownValue ?? error) as Partial<T>;
}

/** The drivers' messages, before knex changed them. */
const sentences = new WeakMap<object, string>();

/** Remembers the driver's own message. Call before knex adds the statement to it. */
export function rememberSentence(error: unknown): void {
  if (error instanceof Error && !sentences.has(error)) sentences.set(error, error.message);
}

/** The driver's own message, without the failed statement. */
export function sentenceOf(error: unknown): string {
  const native = nativeError<Error>(error);
  return sentences.get(native) ?? native.message ?? '';
}

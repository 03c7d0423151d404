/** The driver's error: Objection wraps it in one of its own, and GraphQL what it does not take for an Error. */
export function nativeError<T>(error: unknown): Partial<T> {
  const { nativeError: wrapped, thrownValue } = error as { nativeError?: unknown; thrownValue?: unknown };
  return (wrapped ?? thrownValue ?? error) as Partial<T>;
}

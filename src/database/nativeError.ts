/** The driver's error: Objection wraps it in one of its own. */
export function nativeError<T>(error: unknown): Partial<T> {
  return ((error as { nativeError?: unknown }).nativeError ?? error) as Partial<T>;
}

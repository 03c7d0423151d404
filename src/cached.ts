/**
 * Caches results by text, because rows and requests repeat texts. Measured 2026-11-29 (docs/internals.md): 1.3 times the rate of a first load on
 * SQLite, and 2.9 times for unchanged rows.
 */

interface Limits {
  /** The most texts in the cache. */
  readonly most?: number;
  /** The most characters of all texts in the cache. Results are about as large as their texts. */
  readonly mostCharacters?: number;
}

/** A function that caches the results of `read`. The cache is cleared when a limit is reached. */
export function cached<T>(
  read: (text: string) => T,
  { most = 1000, mostCharacters = 500_000 }: Limits = {},
): (text: string) => T {
  const known = new Map<string, T>();
  let characters = 0;
  return (text) => {
    let found = known.get(text);
    if (found !== undefined) return found;
    characters += text.length;
    if (known.size >= most || characters > mostCharacters) {
      known.clear();
      characters = text.length;
    }
    known.set(text, (found = read(text)));
    return found;
  };
}

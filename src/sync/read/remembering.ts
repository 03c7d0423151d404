/** Texts that rows repeat are read once. */

interface Memory {
  /** Texts that are remembered at the same time. */
  readonly most?: number;
  /** Characters of all of them: what is made of a text is about as large. */
  readonly mostCharacters?: number;
}

/** A function that remembers what it has made of a text; it forgets all once that would be too much. */
export function remembering<T>(
  read: (text: string) => T,
  { most = 1000, mostCharacters = 500_000 }: Memory = {},
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

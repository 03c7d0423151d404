/** Finds names in any case. */

interface Folded<T> {
  readonly size: number;
  /** By name in lower case; undefined if several names differ only in case. */
  readonly items: ReadonlyMap<string, T | undefined>;
}

const KNOWN = new WeakMap<ReadonlyMap<string, unknown>, Folded<unknown>>();

function fold<T>(named: ReadonlyMap<string, T>): Folded<T> {
  const items = new Map<string, T | undefined>();
  for (const [name, item] of named) {
    const folded = name.toLowerCase();
    items.set(folded, !items.has(folded) || items.get(folded) === item ? item : undefined);
  }
  return { size: named.size, items };
}

/** The item with the name: exactly, or in another case if only one item matches; undefined if there is none. */
export function findNamed<T>(named: ReadonlyMap<string, T>, name: string): T | undefined {
  const exact = named.get(name);
  if (exact !== undefined) return exact;
  let folded = KNOWN.get(named) as Folded<T> | undefined;
  // Names may have been added since, while the models are being built.
  if (folded?.size !== named.size) KNOWN.set(named, (folded = fold(named)));
  return folded?.items.get(name.toLowerCase());
}

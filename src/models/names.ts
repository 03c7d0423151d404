/** Names as people write them. */

/** What has the name, exactly or, where only one has it, in any case; undefined where there is none. */
export function findNamed<T>(named: ReadonlyMap<string, T>, name: string): T | undefined {
  const exact = named.get(name);
  if (exact !== undefined) return exact;
  const folded = name.toLowerCase();
  let found: T | undefined;
  for (const [candidate, item] of named) {
    if (candidate.toLowerCase() !== folded || item === found) continue;
    if (found !== undefined) return undefined;
    found = item;
  }
  return found;
}

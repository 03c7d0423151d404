/** The right spelling that a wrong one is nearest to. */

/** Levenshtein distance: letters inserted, removed or replaced. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, replaced));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

const LONGEST_COMPARED = 100;

/** The candidate nearest to the name, whatever its case; undefined where none is near enough to be meant. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  const wanted = name.toLowerCase();
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const found = distance(wanted, candidate.toLowerCase().slice(0, LONGEST_COMPARED));
    if (found <= Math.max(1, Math.floor(wanted.length / 3)) && (!best || found < best.distance))
      best = { candidate, distance: found };
  }
  return best?.candidate;
}

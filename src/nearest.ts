/** Finds the nearest valid spelling of a name. */

/** The most characters that are compared. */
const LONGEST_COMPARED = 100;

/** The largest distance between a name and the one that is meant. */
const furthest = (name: string): number => Math.max(1, Math.floor(name.length / 3));

/**
 * The number of letters inserted, removed, replaced, or swapped with their neighbour (optimal string alignment
 * distance); Infinity if above `most`. Only the part of the table within `most` is filled.
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    const row = new Array<number>(b.length + 1).fill(Infinity);
    row[0] = i;
    rows.push(row);
    let least = i;
    for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j += 1) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      const found = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, swapped);
      row[j] = found;
      least = Math.min(least, found);
    }
    if (least > most) return Infinity;
  }
  const found = at(a.length, b.length);
  return found > most ? Infinity : found;
}

/** The candidate nearest to the name, in any case; undefined if none is near enough. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  const wanted = name.toLowerCase();
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const most = best ? best.distance - 1 : furthest(wanted);
    if (most < 0) break;
    const found = distance(wanted, candidate.slice(0, LONGEST_COMPARED).toLowerCase(), most);
    if (found <= most) best = { candidate, distance: found };
  }
  return best?.candidate;
}

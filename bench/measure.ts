/** Measures durations, and summarizes several. */

export interface Rate {
  /** Rows per second in the median round. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Rows per second of one round. */
export async function rateOf(rows: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return rows / ((performance.now() - started) / 1000);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export const summary = (rates: readonly number[]): Rate => ({
  median: median(rates),
  least: Math.min(...rates),
  most: Math.max(...rates),
});

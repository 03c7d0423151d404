/** The most values that are read before yielding to the event loop. */
import { ROWS_PER_BATCH } from '../../eventLoop';
import type { Row } from '../row';

const VALUES_PER_BATCH = 25_000;

/** The number of values of a row, including those in its lists and in the lists of its objects. */
function valuesOf({ values }: Row): number {
  let count = 0;
  for (const value of Object.values(values)) {
    count += 1;
    if (typeof value !== 'object' || value === null) continue;
    for (const list of Array.isArray(value) ? [value] : Object.values(value))
      if (Array.isArray(list)) count += list.length;
  }
  return count;
}

/** Splits rows into batches. Readers yield to the event loop after each batch. */
export function* batchesOf(rows: readonly Row[]): Generator<readonly Row[]> {
  let start = 0;
  let values = 0;
  for (const [index, row] of rows.entries()) {
    values += valuesOf(row);
    const next = index + 1;
    if (next - start < ROWS_PER_BATCH && values < VALUES_PER_BATCH && next < rows.length) continue;
    yield rows.slice(start, next);
    start = next;
    values = 0;
  }
}

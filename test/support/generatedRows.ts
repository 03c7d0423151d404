/** Rows of the library that are no list. */
import type { SyncRow } from '../../src';

export async function* generatedRows(rows: readonly SyncRow[]): AsyncGenerator<SyncRow> {
  for (const row of rows) yield await Promise.resolve(row);
}

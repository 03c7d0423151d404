/** The sizes of nsync's own tables, from statistics. */
import type { Database } from './database';
import { OWN_PREFIX } from './migrate';
import type { TableSize } from './tableSize';

export interface Sizes {
  readonly tables: readonly TableSize[];
  /** The size of SQLite's file; null on a database server. */
  readonly fileBytes: number | null;
}

export async function ownSizes({ dialect, reader }: Database): Promise<Sizes> {
  return {
    tables: await dialect.tableSizes(reader, OWN_PREFIX),
    fileBytes: (await dialect.fileBytes?.(reader)) ?? null,
  };
}

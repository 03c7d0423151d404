/** How large nsync's own tables are, as far as the database knows without counting. */
import type { Database } from './database';
import { OWN_PREFIX } from './migrate';
import type { TableSize } from './tableSize';

export interface Sizes {
  readonly tables: readonly TableSize[];
  /** Of SQLite's file; null on a database server. */
  readonly fileBytes: number | null;
}

export async function ownSizes({ dialect, reader }: Database): Promise<Sizes> {
  return {
    tables: await dialect.tableSizes(reader, OWN_PREFIX),
    fileBytes: (await dialect.fileBytes?.(reader)) ?? null,
  };
}

/** Rows of nsync's own tables that refer to rows which may have been sent, but not answered. */
import type { BulkInsert, ColumnInfo } from '../database';

/** Inserted rows that others refer to: their ids, or the name under which the database keeps these (see `Dialect.keepsIds`). */
export type Referred = { readonly ids: readonly string[] } | { readonly keptAs: string };

/** The part of an insert that fills a column with ids of other rows. `rows`: for each new row, the index of the other one. */
export const referring = (
  column: ColumnInfo,
  referred: Referred,
  rows: readonly number[],
): Pick<BulkInsert, 'columns' | 'values' | 'keptIds'> =>
  'keptAs' in referred
    ? { columns: [], values: [], keptIds: { name: referred.keptAs, column, rows } }
    : { columns: [column], values: [rows.map((row) => Number(referred.ids[row]))] };

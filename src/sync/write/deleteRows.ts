/** Deletes rows of a table in bulk. */
import type { Knex } from 'knex';
import { type Binding, type ColumnInfo, type Dialect, SwallowedWrite } from '../../database';

/** Deletes the rows with the given tuples in the columns. Throws SwallowedWrite if one of them stays (R12a). */
export async function deleteRows(
  trx: Knex.Transaction,
  dialect: Dialect,
  table: string,
  columns: readonly ColumnInfo[],
  tuples: readonly (readonly Binding[])[],
): Promise<void> {
  const { sql, bindings } = dialect.tupleCondition(trx, columns, tuples);
  const found = (): Knex.QueryBuilder => trx(table).whereRaw(sql, bindings as Knex.RawBinding[]);
  const deleted: unknown = await found().delete();
  // A cascade may have deleted some of the rows together with others.
  const isLess = Number(deleted) < tuples.length;
  if (isLess && ((await found().select(trx.raw('1')).limit(1)) as unknown[]).length > 0) throw new SwallowedWrite();
}

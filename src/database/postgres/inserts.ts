/** Bulk inserts. */
import type { Knex } from 'knex';
import { answerOf } from '../answer';
import { cutRows, groupByGivenColumns, pick, runsOfGivenColumns } from '../bulkRows';
import type { ColumnInfo } from '../catalog';
import type { BulkInsert, ColumnValues } from '../bulkWrites';
import type { Binding } from '../dialect';
import { quoteTable } from '../quoting';
import { assertWritten } from '../swallowedWrite';
import { arrayOf } from './arrays';
import { arrayType, cast, LIMITS, quoteForKnex, selected } from './columns';

type Rows = Record<string, unknown>[];

/** pg's result of a statement that writes. */
interface Written {
  readonly rows: Rows;
  readonly rowCount: number | null;
}

const isShared = (values: ColumnValues[number]): boolean => {
  const [first] = values;
  return values.length > 1 && typeof first !== 'object' && values.every((value) => value === first);
};

const listOf = (columns: readonly ColumnInfo[]): string => columns.map(({ name }) => quoteForKnex(name)).join(', ');

/** The statement for columns that all rows give. A value that all rows share is sent and parsed once. */
function insertStatement(
  table: string,
  columns: readonly ColumnInfo[],
  values: ColumnValues,
  returning: readonly ColumnInfo[],
): { readonly sql: string; readonly bindings: readonly Binding[] } {
  const items = columns.map((column, index) => ({ column, values: values[index] ?? [] }));
  // The first column stays an array, because it determines the number of rows.
  const shared = new Set(items.slice(1).filter((item) => isShared(item.values)));
  const many = items.filter((item) => !shared.has(item));
  const arrays = many.map((item) => arrayOf(arrayType(item.column), item.values));
  const selects = items.map((item) =>
    cast(item.column, shared.has(item) ? `?::${arrayType(item.column)}` : `v.c${many.indexOf(item)}`),
  );
  // Only dry runs, which number rows themselves, give values for a GENERATED ALWAYS column.
  const overriding = columns.some(({ generated }) => generated) ? 'OVERRIDING SYSTEM VALUE ' : '';
  const unnested = arrays.map(({ sql }) => sql).join(', ');
  const names = many.map((_, index) => `c${index}`).join(', ');
  const back = returning.length > 0 ? ` ORDER BY v.place RETURNING ${returning.map(selected).join(', ')}` : '';
  return {
    sql: `INSERT INTO ${quoteTable(quoteForKnex, table)} (${listOf(columns)}) ${overriding}SELECT ${selects.join(', ')}
       FROM unnest(${unnested})
       WITH ORDINALITY AS v(${names}, place)${back}`,
    bindings: [
      ...items.filter((item) => shared.has(item)).map((item) => item.values[0] ?? null),
      ...arrays.map(({ binding }) => binding),
    ],
  };
}

async function insertGiven(
  trx: Knex.Transaction,
  table: string,
  columns: readonly ColumnInfo[],
  values: ColumnValues,
  returning: readonly ColumnInfo[],
): Promise<Rows> {
  const { sql, bindings } = insertStatement(table, columns, values, returning);
  const { rows, rowCount } = await answerOf<Written>(trx, sql, bindings as Knex.RawBinding[]);
  assertWritten(rowCount, values[0]?.length ?? 0);
  return rows;
}

/** Inserts rows without any values, one by one. */
async function insertDefaults(
  trx: Knex.Transaction,
  table: string,
  count: number,
  returning: readonly ColumnInfo[],
): Promise<Rows> {
  const back = returning.length > 0 ? ` RETURNING ${returning.map(selected).join(', ')}` : '';
  const made: Rows = [];
  for (let row = 0; row < count; row += 1) {
    const sql = `INSERT INTO ${quoteTable(quoteForKnex, table)} DEFAULT VALUES${back}`;
    const { rows, rowCount } = await answerOf<Written>(trx, sql);
    assertWritten(rowCount, 1);
    made.push(...rows);
  }
  return made;
}

const slice = (values: ColumnValues, from: number, to: number): ColumnValues =>
  from === 0 && values.every(({ length }) => length === to) ? values : values.map((column) => column.slice(from, to));

export async function insertRows(
  trx: Knex.Transaction,
  { table, columns, values, count, returning }: BulkInsert,
): Promise<Rows> {
  const results: Rows = [];
  const groups = returning.some(({ autoIncrement }) => autoIncrement) ? runsOfGivenColumns : groupByGivenColumns;
  for (const { given, rows } of groups(values, count)) {
    const names = given.flatMap((index) => columns[index] ?? []);
    const ofGroup = pick(values, given, rows);
    for (const { from, to } of cutRows(ofGroup, rows.length, LIMITS)) {
      const made =
        names.length > 0
          ? await insertGiven(trx, table, names, slice(ofGroup, from, to), returning)
          : await insertDefaults(trx, table, to - from, returning);
      made.forEach((row, index) => (results[rows[from + index] ?? 0] = row));
    }
  }
  return results;
}

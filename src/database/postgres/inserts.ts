/** New rows in bulk. */
import type { Knex } from 'knex';
import { cutRows, groupByGivenColumns, pick, runsOfGivenColumns } from '../bulkInsert';
import type { ColumnInfo } from '../catalog';
import type { Binding, BulkInsert } from '../dialect';
import { quoteTable } from '../quoting';
import { assertWritten } from '../swallowedWrite';
import { arrayOf } from './arrays';
import { arrayType, cast, LIMITS, quote, selected } from './columns';

type Values = BulkInsert['values'];
type Rows = Record<string, unknown>[];

const isShared = (values: readonly (Binding | undefined)[]): boolean => {
  const [first] = values;
  return values.length > 1 && typeof first !== 'object' && values.every((value) => value === first);
};

/** One statement: columns that all rows give. */
async function insert(
  trx: Knex.Transaction,
  table: string,
  columns: readonly ColumnInfo[],
  values: Values,
  returning: readonly ColumnInfo[],
): Promise<Rows> {
  const items = columns.map((column, index) => ({ column, values: values[index] ?? [] }));
  // A value that all rows share is sent, and read by the database, once; some column tells how many rows there are.
  const shared = new Set(items.slice(1).filter((item) => isShared(item.values)));
  const many = items.filter((item) => !shared.has(item));
  const selects = items.map((item) =>
    cast(item.column, shared.has(item) ? `?::${arrayType(item.column)}` : `v.c${many.indexOf(item)}`),
  );
  const back = returning.map(selected).join(', ');
  // Only what a dry run numbers by itself is given for a column that is GENERATED ALWAYS.
  const overriding = columns.some(({ generated }) => generated) ? 'OVERRIDING SYSTEM VALUE ' : '';
  const arrays = many.map((item) => arrayOf(arrayType(item.column), item.values));
  const { rows, rowCount } = (await trx.raw(
    `INSERT INTO ${quoteTable(quote, table)} (${columns.map(({ name }) => quote(name)).join(', ')}) ${overriding}SELECT ${selects.join(', ')}
       FROM unnest(${arrays.map(({ sql }) => sql).join(', ')})
       WITH ORDINALITY AS v(${many.map((_, index) => `c${index}`).join(', ')}, place)${back ? ` ORDER BY v.place RETURNING ${back}` : ''}`,
    [
      ...items.filter((item) => shared.has(item)).map((item) => item.values[0] ?? null),
      ...arrays.map(({ binding }) => binding),
    ] as Knex.RawBinding[],
  )) as { rows: Rows; rowCount: number | null };
  assertWritten(rowCount, values[0]?.length ?? 0);
  return rows;
}

/** Rows that leave all columns to the database. */
async function insertDefaults(
  trx: Knex.Transaction,
  table: string,
  count: number,
  returning: readonly ColumnInfo[],
): Promise<Rows> {
  const back = returning.length > 0 ? ` RETURNING ${returning.map(selected).join(', ')}` : '';
  const made: Rows = [];
  for (let row = 0; row < count; row += 1) {
    const { rows, rowCount } = (await trx.raw(`INSERT INTO ${quoteTable(quote, table)} DEFAULT VALUES${back}`)) as {
      rows: Rows;
      rowCount: number | null;
    };
    assertWritten(rowCount, 1);
    made.push(...rows);
  }
  return made;
}

const slice = (values: Values, from: number, to: number): Values =>
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
          ? await insert(trx, table, names, slice(ofGroup, from, to), returning)
          : await insertDefaults(trx, table, to - from, returning);
      made.forEach((row, index) => (results[rows[from + index] ?? 0] = row));
    }
  }
  return results;
}

/** Rows of bulk statements: what the databases have in common. Values are grouped by column. */
import type { ColumnValues } from './bulkWrites';
import type { Binding } from './dialect';

export interface StatementLimits {
  readonly bindings: number;
  /** The approximate size of one statement in bytes. */
  readonly bytes: number;
}

const sizeOf = (value: Binding | undefined): number =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value.length * 3 + 4 : 12;

/** Splits rows into parts that fit into one statement each. Returns index ranges, without `to`. */
export function cutRows(
  values: ColumnValues,
  count: number,
  limits: StatementLimits,
): { readonly from: number; readonly to: number }[] {
  const sizes = new Float64Array(count);
  for (const column of values) for (let row = 0; row < count; row += 1) sizes[row] = (sizes[row] ?? 0) + sizeOf(column[row]); // prettier-ignore
  const most = Math.max(1, Math.floor(limits.bindings / Math.max(1, values.length)));
  const parts: { from: number; to: number }[] = [];
  let from = 0;
  let bytes = 0;
  for (let row = 0; row < count; row += 1) {
    const size = sizes[row] ?? 0;
    if (row > from && (row - from >= most || bytes + size > limits.bytes)) {
      parts.push({ from, to: row });
      from = row;
      bytes = 0;
    }
    bytes += size;
  }
  if (count > from) parts.push({ from, to: count });
  return parts;
}

interface Group {
  /** Indexes of the columns. */
  readonly given: readonly number[];
  /** Indexes of the rows. */
  readonly rows: readonly number[];
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, place) => place);

/** Groups rows that have values for the same columns, so that no statement needs the keyword DEFAULT. */
export function groupByGivenColumns(values: ColumnValues, count: number): Group[] {
  const all = upTo(values.length);
  if (values.every((column) => !column.includes(undefined))) return [{ given: all, rows: upTo(count) }];
  const groups = new Map<string, { given: number[]; rows: number[] }>();
  for (let row = 0; row < count; row += 1) {
    const given = all.filter((index) => values[index]?.[row] !== undefined);
    const name = given.join();
    const group = groups.get(name);
    if (group) group.rows.push(row);
    else groups.set(name, { given, rows: [row] });
  }
  return [...groups.values()];
}

/** Like `groupByGivenColumns`, but the groups are in the order of the rows. For tables that number new rows. */
export function runsOfGivenColumns(values: ColumnValues, count: number): Group[] {
  const groups: Group[] = [];
  for (let from = 0; from < count;) {
    const given = upTo(values.length).filter((index) => values[index]?.[from] !== undefined);
    const rows = [from];
    for (from += 1; from < count; from += 1) {
      if (!values.every((column, index) => (column[from] !== undefined) === given.includes(index))) break;
      rows.push(from);
    }
    groups.push({ given, rows });
  }
  return groups;
}

/** The values of the given columns and rows. */
export function pick(values: ColumnValues, columns: readonly number[], rows: readonly number[]): ColumnValues {
  return columns.map((index) => {
    const column = values[index] ?? [];
    return rows.length === column.length ? column : rows.map((row) => column[row]);
  });
}

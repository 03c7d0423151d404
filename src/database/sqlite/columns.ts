/** Columns as SQLite is asked for them. */
import type { ColumnInfo } from '../catalog';
import type { Binding } from '../dialect';
import { nameQuoter } from '../quoting';

const quote = nameQuoter('"');

/** A column as an expression whose numbers arrive with all their digits: JavaScript's end at 2^53. */
function exactly({ name, type }: ColumnInfo): string {
  const column = quote(name);
  if (type.kind === 'decimal' && (type.precision ?? Infinity) > SAFE_DIGITS) return `CAST(${column} AS TEXT)`;
  const big = type.kind === 'integer' && type.max > BigInt(Number.MAX_SAFE_INTEGER);
  // Small numbers stay what they are, which costs less.
  return big
    ? `CASE WHEN ${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN ${column} ELSE CAST(${column} AS TEXT) END`
    : column;
}

const SAFE_DIGITS = 15;

/** A column in a SELECT or RETURNING under its own name. */
export const selected = (column: ColumnInfo): string => {
  const expression = exactly(column);
  return expression === quote(column.name) ? expression : `${expression} AS ${quote(column.name)}`;
};

/** A UUID is text here, and may be stored in capitals by others. */
export const isSpeltTwoWays = ({ type }: ColumnInfo): boolean => type.kind === 'uuid';

/** Tuples with UUIDs in both spellings, so that an index is used. */
export function inAllSpellings(columns: readonly ColumnInfo[], tuples: readonly (readonly Binding[])[]): typeof tuples {
  let all = tuples;
  columns.forEach((column, index) => {
    if (isSpeltTwoWays(column))
      all = all.flatMap((tuple) => [tuple, tuple.with(index, String(tuple[index]).toUpperCase())]);
  });
  return all;
}

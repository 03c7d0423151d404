/** Columns in statements. */
import type { ColumnInfo, ColumnType } from '../catalog';
import { escapeMarks, nameQuoter } from '../quoting';
import { dateText, timestampText, timeText } from './moments';

export const quote = nameQuoter('"');
export const quoteForKnex = (name: string): string => escapeMarks(quote(name));

const SAFE_DIGITS = 15;

/** Integers beyond 2^53 as text, because JavaScript numbers are not exact there. Smaller integers stay numbers, which is faster. */
const exactInteger = (column: string): string =>
  `CASE WHEN ${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN ${column} ELSE CAST(${column} AS TEXT) END`;

/** A text column with numeric or no affinity stores some texts as numbers. */
const integersAsText = (column: string): string =>
  `CASE typeof(${column}) WHEN 'integer' THEN CAST(${column} AS TEXT) ELSE ${column} END`;

/** JSON as text. SQLite's own binary format is a BLOB. */
const jsonText = (column: string): string =>
  `CASE WHEN typeof(${column}) = 'integer' THEN CAST(${column} AS TEXT) WHEN typeof(${column}) = 'blob' AND json_valid(${column}, 4) THEN json(${column}) ELSE ${column} END`;

type Kinds<T> = { readonly [K in ColumnType['kind']]?: (column: string, type: Extract<ColumnType, { kind: K }>) => T };

/** Whether the column stores any value unchanged. */
export const isLoose = ({ sqlType }: ColumnInfo): boolean => /^(any)?$/i.test(sqlType);

/** SQL that reads a column in one spelling and with all its digits, by kind. */
const READ: Kinds<string> = {
  decimal: (column, { precision = Infinity }) => (precision > SAFE_DIGITS ? `CAST(${column} AS TEXT)` : column),
  integer: exactInteger,
  json: jsonText,
  date: dateText,
  time: timeText,
  datetime: timestampText,
  enum: (column, { lossy }) => (lossy ? integersAsText(column) : column),
  other: (column, { lossy }) => (lossy ? integersAsText(column) : column),
};

/** A column in a SELECT or RETURNING, under its own name. */
export function selected(column: ColumnInfo): string {
  const { name, type } = column;
  const quoted = quote(name);
  const read = READ[type.kind] as ((column: string, type: ColumnType) => string) | undefined;
  const isNumberOrText = type.kind === 'string' && (type.lossy !== undefined || isLoose(column));
  const expression = isNumberOrText ? integersAsText(quoted) : (read?.(quoted, type) ?? quoted);
  return expression === quoted ? expression : `${expression} AS ${quoted}`;
}

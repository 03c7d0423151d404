/** Columns in statements. Values are sent as one array per column. */
import type { ColumnInfo } from '../catalog';
import { escapeMarks, nameQuoter } from '../quoting';

export const quote = nameQuoter('"');
export const quoteForKnex = (name: string): string => escapeMarks(quote(name));

/** Values are sent as one array per column, so bytes are the limit, not bindings. */
export const LIMITS = { bindings: 1_000_000, bytes: 16 * 1024 * 1024 };

/** The array type for a column's values. Values of other types, which may be arrays themselves, are sent as text. */
export const arrayType = (column: ColumnInfo): string =>
  column.type.kind === 'other' ? 'text' : escapeMarks(column.sqlType);
export const cast = (column: ColumnInfo, expression: string): string =>
  column.type.kind === 'other' ? `${expression}::${escapeMarks(column.sqlType)}` : expression;

/** A column in a SELECT. Types that the driver does not parse arrive as the text of their output function, which may differ from `::text`. */
export const selected = ({ name }: ColumnInfo): string => quoteForKnex(name);

/** SQL for the text of a value's output function, as `selected` reads it. */
export const outputText = (expression: string): string => `format('%s', ${expression})`;

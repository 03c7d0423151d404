/** How PostgreSQL's columns stand in statements, whose values travel as one array a column. */
import type { ColumnInfo } from '../catalog';
import { escapeMarks, nameQuoter } from '../quoting';

export const quote = nameQuoter('"');
export const quoteForKnex = (name: string): string => escapeMarks(quote(name));

/** Values travel as one array a column, so bytes are the limit, not bindings. */
export const LIMITS = { bindings: 1_000_000, bytes: 16 * 1024 * 1024 };

/** The array type that a column's values travel as: those of other types, which may be arrays themselves, as text. */
export const arrayType = (column: ColumnInfo): string =>
  column.type.kind === 'other' ? 'text' : escapeMarks(column.sqlType);
export const cast = (column: ColumnInfo, expression: string): string =>
  column.type.kind === 'other' ? `${expression}::${escapeMarks(column.sqlType)}` : expression;

/** A column in a SELECT. What the driver does not parse is the text of the type's output function, of which `::text` may differ. */
export const selected = ({ name }: ColumnInfo): string => quoteForKnex(name);

/** SQL for the text of a value's output function, which is what `selected` reads. */
export const outputText = (expression: string): string => `format('%s', ${expression})`;

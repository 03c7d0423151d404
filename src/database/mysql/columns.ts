/** Columns in statements. */
import type { ColumnInfo, ColumnType } from '../catalog';
import { escapeMarks, nameQuoter } from '../quoting';

export const quote = nameQuoter('`');
export const quoteForKnex = (name: string): string => escapeMarks(quote(name));

/** A text as an expression that has a column's collation. */
export function inCollation(type: ColumnType, text: string): string {
  const isText = type.kind === 'string' || type.kind === 'enum';
  return isText && type.collation.kind === 'collated' ? type.collation.expression.replace('?', text) : text;
}

/** A column in a SELECT. Otherwise the driver would return a float with six digits, and bits as bytes. */
export function selected({ name, type, sqlType }: ColumnInfo): string {
  const column = quote(name);
  if (type.kind === 'float' && type.single) return `${column} + 0e0 AS ${column}`;
  if (type.kind === 'other' && type.unwritable) return `ST_AsText(${column}) AS ${column}`;
  return /^bit\b/i.test(sqlType) ? `${column} + 0 AS ${column}` : column;
}

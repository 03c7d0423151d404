/** How PostgreSQL's columns stand in statements, whose values travel as one array a column. */
import type { ColumnInfo } from '../catalog';
import { escapeMarks, nameQuoter } from '../quoting';

const quotePlainly = nameQuoter('"');
/** All SQL goes through knex. */
export const quote = (name: string): string => escapeMarks(quotePlainly(name));
/** Values travel as one array a column, so bytes are the limit, not bindings. */
export const LIMITS = { bindings: 1_000_000, bytes: 16 * 1024 * 1024 };

/** The array type that a column's values travel as: those of other types, which may be arrays themselves, as text. */
export const arrayType = (column: ColumnInfo): string =>
  column.type.kind === 'other' ? 'text' : escapeMarks(column.sqlType);
export const cast = (column: ColumnInfo, expression: string): string =>
  column.type.kind === 'other' ? `${expression}::${escapeMarks(column.sqlType)}` : expression;

/** Of other types the database's own text. */
export const selected = ({ name, type }: ColumnInfo): string =>
  type.kind === 'other' ? `${quote(name)}::text AS ${quote(name)}` : quote(name);

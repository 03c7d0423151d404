/** Quotes names in SQL. */
import { tableParts } from './tableNames';

/** A function that quotes one name. */
export function nameQuoter(mark: '"' | '`'): (name: string) => string {
  return (name) => mark + name.replaceAll(mark, mark + mark) + mark;
}

/** SQL for knex in which no `?` is a binding. */
export const escapeMarks = (sql: string): string => (sql.includes('?') ? sql.replaceAll('?', '\\?') : sql);

/** A table's name with its schema, each part quoted. */
export function quoteTable(quote: (name: string) => string, table: string): string {
  return tableParts(table).map(quote).join('.');
}

/** Names in SQL. */

/** A function that quotes one name; a `?` in it is kept from being read as a binding by knex. */
export function nameQuoter(mark: '"' | '`'): (name: string) => string {
  return (name) => mark + name.replaceAll(mark, mark + mark).replaceAll('?', '\\?') + mark;
}

/** A table's name with its schema, each part quoted. */
export function quoteTable(quote: (name: string) => string, table: string): string {
  return table.split('.').map(quote).join('.');
}

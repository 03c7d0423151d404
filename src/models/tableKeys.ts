/** The key that identifies the rows of a table. */
import type { TableInfo } from '../database';
import { isComparable } from './values';

/** Unique keys with NOT NULL columns only: those with the fewest columns first, then those furthest left. */
function wholeKeys({ columns, uniqueKeys }: TableInfo): (readonly string[])[] {
  const place = new Map(columns.map(({ name }, index) => [name, index]));
  const identifying = new Set(
    columns
      .filter(
        ({ nullable, generated, changesOnUpdate, type }) =>
          !nullable && !generated && !changesOnUpdate && isComparable(type),
      )
      .map(({ name }) => name),
  );
  const order = (key: readonly string[]): string =>
    [key.length, ...key.map((name) => place.get(name) ?? 0)].map((part) => String(part).padStart(5, '0')).join();
  return uniqueKeys
    .flatMap(({ columns: key }) => (key?.every((name) => identifying.has(name)) ? [key] : []))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The primary key, or else a NOT NULL unique key; empty if the table has neither. */
export const identifyingKey = (table: TableInfo): readonly string[] =>
  table.primaryKey.length > 0 ? table.primaryKey : (wholeKeys(table)[0] ?? []);

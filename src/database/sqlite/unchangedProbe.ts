/** Queries SQLite for rows that change nothing. */
import type { ColumnInfo, ColumnType } from '../catalog';
import type { Binding, UnchangedProbe } from '../dialect';
import { quoteTable } from '../quoting';
import { firstValues } from './batches';
import { quote } from './columns';

/** The condition that finds an object by its id in text with the key's index, by kind of the key. */
const BY_ID: Partial<Record<ColumnType['kind'], (column: string, id: string) => string>> = {
  integer: (column, id) => `${column} = CAST(${id} AS INTEGER) AND CAST(${column} AS TEXT) = ${id}`,
  string: (column, id) => `${column} = ${id} AND ${column} COLLATE BINARY = ${id}`,
};

const NUMBERS = new Set<ColumnType['kind']>(['integer', 'boolean', 'float', 'decimal']);
const TEXTS = new Set<ColumnType['kind']>(['string', 'date', 'time', 'datetime', 'uuid']);

/** Whether a column stores any text unchanged. */
const keepsText = ({ sqlType }: ColumnInfo): boolean => /char|clob|text/i.test(sqlType) && !/int/i.test(sqlType);

/** SQL for the condition that a column already has the bound value. */
function same(column: ColumnInfo): string {
  const name = `o.${quote(column.name)}`;
  return NUMBERS.has(column.type.kind) ? `${name} IS ?` : `${name} COLLATE BINARY IS ?`;
}

const literal = (value: Binding): string =>
  typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;

export const unchangedProbe: UnchangedProbe = {
  tellsSame: (column) =>
    NUMBERS.has(column.type.kind) ||
    (TEXTS.has(column.type.kind) && (column.type.kind !== 'string' || keepsText(column))),

  async find(knex, { table, id, columns, values, mappings, keys }) {
    const byId = BY_ID[id.type.kind];
    if (!byId) return keys.map(() => null);
    const objectId = `m.${quote(mappings.objectId.name)}`;
    const equal = mappings.prefix.map(([{ name }, value]) => `m.${quote(name)} = ${literal(value)}`);
    return firstValues(
      knex,
      `SELECT ${objectId} FROM ${quoteTable(quote, mappings.table)} m CROSS JOIN ${quoteTable(quote, table)} o
        WHERE ${equal.join(' AND ')} AND m.${quote(mappings.key.name)} = ? AND ${byId(`o.${quote(id.name)}`, objectId)} AND ${columns.map(same).join(' AND ')}`,
      [keys, ...values],
      keys.length,
    );
  },
};

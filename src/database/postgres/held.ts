/** Rows compared with what PostgreSQL holds, by PostgreSQL. */
import type { Knex } from 'knex';
import type { ColumnInfo, ColumnType } from '../catalog';
import type { HeldObjects } from '../dialect';
import { quoteTable } from '../quoting';
import { arrayLiteral } from './arrays';
import { quote } from './columns';

type Kinds<T> = { readonly [K in ColumnType['kind']]?: (type: Extract<ColumnType, { kind: K }>) => T };

/**
 * The type in which values are compared, by kind: one that neither rounds nor cuts them, and calls no two of them equal
 * that are not the same.
 */
const COMPARED: Kinds<string> = {
  string: () => 'text',
  enum: () => 'text',
  uuid: () => 'uuid',
  integer: () => 'int8',
  decimal: () => 'numeric',
  boolean: () => 'boolean',
  date: () => 'date',
  datetime: ({ zoned }) => (zoned ? 'timestamptz' : 'timestamp'),
};

const comparedAs = (type: ColumnType): string | undefined =>
  (COMPARED[type.kind] as ((type: ColumnType) => string) | undefined)?.(type);

/** A column's value, texts without their collation. */
function compared({ name, type }: ColumnInfo): string {
  const column = `o.${quote(name)}`;
  return comparedAs(type) === 'text' ? `${column}::text COLLATE "C"` : column;
}

/** By kind of the key: the condition that finds an object by its id in text, with the key's index. */
const BY_ID: Partial<Record<ColumnType['kind'], (column: string, id: string) => string>> = {
  // What does not look like a key of the type is none, and must not be cast to it; of numbers only those above 0 are told.
  integer: (column, id) =>
    `${column} = CASE WHEN length(${id}) < 19 AND ${id} >= '1' COLLATE "C" AND ltrim(${id}, '0123456789') = '' THEN ${id}::int8 END`,
  uuid: (column, id) =>
    `${column} = CASE WHEN ${id} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ${id}::uuid END`,
  // By way of bytes the id loses its own collation, and takes the column's.
  string: (column, id) =>
    `${column} = convert_from(convert_to(${id}, 'UTF8'), 'UTF8') AND ${column}::text COLLATE "C" = ${id}`,
};

export const held: HeldObjects = {
  tellsSame: ({ type }) => comparedAs(type) !== undefined,

  async find(knex, { table, id, columns, values, mappings, keys }) {
    const found = new Array<string | null>(keys.length).fill(null);
    const byId = BY_ID[id.type.kind];
    if (!byId || keys.length === 0) return found;
    const parameters = columns.map(({ type }) => `?::${comparedAs(type) ?? 'text'}[]`).join(', ');
    const names = columns.map((_, index) => `c${index}`).join(', ');
    const equal = mappings.prefix.map(([{ name }]) => `t.${quote(name)} = ? AND `).join('');
    const same = columns.map((column, index) => `${compared(column)} IS NOT DISTINCT FROM v.c${index}`).join(' AND ');
    const objectId = `m.${quote(mappings.objectId.name)}`;
    // Each row is looked up by itself, so that the indexes are used whatever the database knows of the tables.
    const { rows } = (await knex.raw(
      `SELECT string_agg(v.place::text, ',') AS places, json_agg(${objectId})::text AS ids
         FROM unnest(?::text[], ${parameters}) WITH ORDINALITY AS v(key, ${names}, place)
        CROSS JOIN LATERAL (SELECT t.${quote(mappings.objectId.name)} FROM ${quoteTable(quote, mappings.table)} t
                             WHERE ${equal}t.${quote(mappings.key.name)} = v.key COLLATE "C" OFFSET 0) m
        CROSS JOIN LATERAL (SELECT FROM ${quoteTable(quote, table)} o
                             WHERE ${byId(`o.${quote(id.name)}`, objectId)} AND ${same} OFFSET 0) o`,
      [arrayLiteral(keys), ...values.map(arrayLiteral), ...mappings.prefix.map(([, value]) => value)] as Knex.RawBinding[],
    )) as { rows: { places: string | null; ids: string | null }[] }; // prettier-ignore
    const places = JSON.parse(`[${rows[0]?.places ?? ''}]`) as number[];
    const ids = JSON.parse(rows[0]?.ids ?? '[]') as string[];
    places.forEach((place, index) => (found[place - 1] = ids[index] ?? null));
    return found;
  },
};

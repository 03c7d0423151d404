/** Queries PostgreSQL for rows that change nothing. */
import type { Knex } from 'knex';
import type { ColumnInfo, ColumnType } from '../catalog';
import type { UnchangedProbe } from '../dialect';
import { quoteTable } from '../quoting';
import { arrayLiteral } from './arrays';
import { quoteForKnex } from './columns';
import { queryOf } from './query';

type Kinds<T> = { readonly [K in ColumnType['kind']]?: (type: Extract<ColumnType, { kind: K }>) => T };

/** The type in which values are compared, by kind. It neither rounds nor truncates, and treats only identical values as equal. */
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

/** A column's value. Texts are compared byte for byte. */
function compared({ name, type }: ColumnInfo): string {
  const column = `o.${quoteForKnex(name)}`;
  return comparedAs(type) === 'text' ? `${column}::text COLLATE "C"` : column;
}

interface KeyInText {
  /** The condition that finds an object by its id in text, with the key's index. */
  readonly condition: (column: string, id: string) => string;
  /** All ids aggregated to one text. */
  readonly together: (id: string) => string;
  readonly apart: (ids: string) => string[];
}

/** For ids without commas. */
const IN_A_ROW: Omit<KeyInText, 'condition'> = {
  together: (id) => `string_agg(${id}, ',')`,
  apart: (ids) => ids.split(','),
};

/** An id that does not look like a key of the type matches nothing and must not be cast to it. Only numbers above 0 are recognized. */
const BY_ID: Kinds<KeyInText> = {
  integer: ({ max }) => {
    const digits = String(max).length - 1;
    const type = ['int2', 'int4', 'int8'][[4, 9, 18].indexOf(digits)] ?? 'numeric';
    return {
      // The id is cast to the column's own type, which is faster than any other comparison.
      condition: (column, id) =>
        `${column} = CASE WHEN length(${id}) <= ${digits} AND ${id} >= '1' COLLATE "C" AND ltrim(${id}, '0123456789') = '' THEN ${id}::${type} END`,
      ...IN_A_ROW,
    };
  },
  uuid: () => ({
    condition: (column, id) =>
      `${column} = CASE WHEN ${id} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN ${id}::uuid END`,
    ...IN_A_ROW,
  }),
  string: () => ({
    // The conversion to bytes and back removes the id's own collation, so that the column's applies.
    condition: (column, id) =>
      `${column} = convert_from(convert_to(${id}, 'UTF8'), 'UTF8') AND ${column}::text COLLATE "C" = ${id}`,
    together: (id) => `json_agg(${id})::text`,
    apart: (ids) => JSON.parse(ids) as string[],
  }),
};

const byIdOf = (type: ColumnType): KeyInText | undefined =>
  (BY_ID[type.kind] as ((type: ColumnType) => KeyInText) | undefined)?.(type);

export const unchangedProbe: UnchangedProbe = {
  tellsSame: ({ type }) => comparedAs(type) !== undefined,

  async find(knex, { table, id, columns, values, mappings, keys }) {
    const found = new Array<string | null>(keys.length).fill(null);
    const byId = byIdOf(id.type);
    if (!byId || keys.length === 0) return found;
    const parameters = columns.map(({ type }) => `?::${comparedAs(type) ?? 'text'}[]`).join(', ');
    const names = columns.map((_, index) => `c${index}`).join(', ');
    const equal = mappings.prefix.map(([{ name }]) => `t.${quoteForKnex(name)} = ? AND `).join('');
    const same = columns
      .map((column, index) => `${compared(column)} ${column.nullable ? 'IS NOT DISTINCT FROM' : '='} v.c${index}`)
      .join(' AND ');
    const objectId = `m.${quoteForKnex(mappings.objectId.name)}`;
    // Looks up each row separately, so that the indexes are used regardless of the statistics.
    const [answer] = await queryOf(knex)<{ places: string | null; ids: string | null }>(
      `SELECT string_agg(v.place::text, ',') AS places, ${byId.together(objectId)} AS ids
         FROM unnest(?::text[], ${parameters}) WITH ORDINALITY AS v(key, ${names}, place)
        CROSS JOIN LATERAL (SELECT t.${quoteForKnex(mappings.objectId.name)} FROM ${quoteTable(quoteForKnex, mappings.table)} t
                             WHERE ${equal}t.${quoteForKnex(mappings.key.name)} = v.key COLLATE "C" OFFSET 0) m
        CROSS JOIN LATERAL (SELECT FROM ${quoteTable(quoteForKnex, table)} o
                             WHERE ${byId.condition(`o.${quoteForKnex(id.name)}`, objectId)} AND ${same} OFFSET 0) o`,
      [
        arrayLiteral(keys),
        ...values.map(arrayLiteral),
        ...mappings.prefix.map(([, value]) => value),
      ] as Knex.RawBinding[],
    );
    const { places = null, ids = null } = answer ?? {};
    if (places === null || ids === null) return found;
    const each = byId.apart(ids);
    for (const [index, place] of places.split(',').entries()) found[Number(place) - 1] = each[index] ?? null;
    return found;
  },
};

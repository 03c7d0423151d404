/** Finds objects by their id in text. */
import type { ColumnType } from '../catalog';
import type { Dialect } from '../dialect';
import { quoteTable } from '../quoting';
import { outputText, quoteForKnex } from './columns';

const asText = (name: string): string => `${name}::text`;

/** ISO 8601 without trailing zeros. */
const isoText = (local: string): string =>
  `CASE WHEN isfinite(${local}) THEN rtrim(rtrim(to_char(${local}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' ||
     CASE WHEN extract(year FROM ${local}) < 0 THEN ' BC' ELSE '' END ELSE (${local})::text END`;

/** SQL for the text of a key in an object's id, by kind. Other kinds use the type's own text. */
const ID_TEXT: Partial<Record<ColumnType['kind'], (name: string, type: ColumnType) => string>> = {
  binary: (name) => `'base64:' || replace(encode(${name}, 'base64'), E'\\n', '')`,
  datetime: (name, type) => isoText(type.kind === 'datetime' && type.zoned ? `${name} AT TIME ZONE 'UTC'` : name),
  decimal: (name, type) =>
    type.kind === 'decimal' && type.scale === undefined ? `trim_scale(${name})::text` : asText(name),
  other: outputText,
};

/** SQL for a key within a composite id, by kind, if it is not a JSON string: a number beyond 2^53 is one. */
const ID_JSON: Partial<Record<ColumnType['kind'], (name: string, text: string) => string>> = {
  integer: (name, text) =>
    `CASE WHEN ${name} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER} THEN to_jsonb(${name}) ELSE to_jsonb(${text}) END`,
  float: (name) => name,
  boolean: (name) => name,
};

export const objectIdEquals: Dialect['objectIdEquals'] = (table, keys, objectId) => {
  // The key is converted to text, not the text to a key: ids of another model may not be values of this type.
  const names = keys.map((key) => `${quoteTable(quoteForKnex, table)}.${quoteForKnex(key.name)}`);
  const texts = keys.map(({ type }, index) => (ID_TEXT[type.kind] ?? asText)(names[index] ?? '', type));
  if (keys.length === 1) return `${texts[0]} = ${objectId}`;
  const parts = keys.map(({ type }, index) =>
    (ID_JSON[type.kind] ?? ((_, text) => text))(names[index] ?? '', texts[index] ?? ''),
  );
  return `CASE WHEN ${objectId} LIKE '[%' THEN jsonb_build_array(${parts.join(', ')}) = ${objectId}::jsonb ELSE FALSE END`;
};

/** Finds objects by their id in text. */
import type { ColumnType } from '../catalog';
import type { Dialect } from '../dialect';
import { quoteTable } from '../quoting';
import { inCollation, quoteForKnex } from './columns';

type IdParts = {
  readonly [K in ColumnType['kind']]?: (part: string, type: Extract<ColumnType, { kind: K }>) => string;
};

/** Converts a part of an object's id to a value of its column, so that the key's index is used. */
const ID_PART: IdParts = {
  string: (part, type) => inCollation(type, part),
  enum: (part, type) => inCollation(type, part),
  integer: (part, { min }) => `CAST(${part} AS ${min < 0n ? 'SIGNED' : 'UNSIGNED'})`,
  decimal: (part, { scale }) => `CAST(${part} AS DECIMAL(65, ${scale ?? 0}))`,
  boolean: (part) => `(${part} IN ('true', '1'))`,
  datetime: (part) => `CAST(TRIM(TRAILING 'Z' FROM ${part}) AS DATETIME(6))`,
  binary: (part) => `FROM_BASE64(SUBSTRING_INDEX(${part}, ':', -1))`,
};

const idPart = (type: ColumnType, part: string): string =>
  (ID_PART[type.kind] as ((part: string, type: ColumnType) => string) | undefined)?.(part, type) ?? part;

export const objectIdEquals: Dialect['objectIdEquals'] = (table, keys, objectId) =>
  keys
    .map((key, index) => {
      const part = keys.length === 1 ? objectId : `JSON_VALUE(${objectId}, '$[${index}]')`;
      return `${quoteTable(quoteForKnex, table)}.${quoteForKnex(key.name)} = ${idPart(key.type, part)}`;
    })
    .join(' AND ');

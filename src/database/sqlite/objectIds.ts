/** Finds objects by their id in text. */
import type { ColumnType } from '../catalog';
import type { Dialect } from '../dialect';
import { quoteTable } from '../quoting';
import { quoteForKnex } from './columns';
import { dateText, milliseconds } from './moments';

const equals = (name: string, part: string): string => `${name} = ${part}`;

/** SQL for the condition that a key column has a part of an object's id, by kind of the key. */
const ID_CONDITION: Partial<Record<ColumnType['kind'], (name: string, part: string) => string>> = {
  integer: (name, part) => `${name} = CAST(${part} AS INTEGER)`,
  decimal: (name, part) => `${name} = CAST(${part} AS NUMERIC)`,
  float: (name, part) => `${name} = CAST(${part} AS REAL)`,
  boolean: (name, part) =>
    `${name} = CASE ${part} WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE CAST(${part} AS INTEGER) END`,
  date: (name, part) => `${dateText(name)} = ${part}`,
  datetime: (name, part) => `${milliseconds(name)} = ${milliseconds(part)}`,
  uuid: (name, part) => `${name} IN (${part}, upper(${part}))`,
  binary: (name, part) => `${name} = nsync_bytes(${part})`,
};

export const objectIdEquals: Dialect['objectIdEquals'] = (table, keys, objectId) =>
  keys
    .map((key, index) => {
      const part = keys.length === 1 ? objectId : `json_extract(${objectId}, '$[${index}]')`;
      const name = `${quoteTable(quoteForKnex, table)}.${quoteForKnex(key.name)}`;
      return (ID_CONDITION[key.type.kind] ?? equals)(name, part);
    })
    .join(' AND ');

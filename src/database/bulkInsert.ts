/** INSERT of many rows, for every database: the parts that do not differ. */
import type { Knex } from 'knex';
import type { Binding, BulkInsert } from './dialect';
import { quoteTable } from './quoting';

export interface InsertLimits {
  readonly bindings: number;
  /** Bytes of one statement, roughly. */
  readonly bytes: number;
  /** Whether a row of VALUES may say DEFAULT for a column. */
  readonly defaultKeyword: boolean;
}

type InsertRow = readonly (Binding | undefined)[];

const sizeOf = (value: Binding | undefined): number =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value.length * 3 + 4 : 12;

/** Cuts rows into parts that one statement may carry. */
export function cutRows<T extends { readonly values: InsertRow }>(rows: readonly T[], limits: InsertLimits): T[][] {
  const parts: T[][] = [];
  let part: T[] = [];
  let bindings = 0;
  let bytes = 0;
  for (const row of rows) {
    const rowBytes = row.values.reduce<number>((sum, value) => sum + sizeOf(value), 0);
    if (part.length > 0 && (bindings + row.values.length > limits.bindings || bytes + rowBytes > limits.bytes)) {
      parts.push(part);
      part = [];
      bindings = 0;
      bytes = 0;
    }
    part.push(row);
    bindings += row.values.length;
    bytes += rowBytes;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

interface NumberedRow {
  readonly index: number;
  readonly values: InsertRow;
}

/** Rows that name the same columns, so that none needs the word DEFAULT. */
export function groupByGivenColumns(rows: readonly NumberedRow[]): NumberedRow[][] {
  const groups = new Map<string, NumberedRow[]>();
  for (const row of rows) {
    const signature = row.values.map((value) => (value === undefined ? '0' : '1')).join('');
    const group = groups.get(signature);
    if (group) group.push(row);
    else groups.set(signature, [row]);
  }
  return [...groups.values()];
}

function insertStatement(
  quote: (name: string) => string,
  insert: BulkInsert,
  rows: readonly NumberedRow[],
  fallback: string,
): { sql: string; bindings: Binding[] } {
  const given = insert.columns.map((_, column) => rows.some((row) => row.values[column] !== undefined));
  const columns = insert.columns.filter((_, column) => given[column]);
  const bindings: Binding[] = [];
  const tuples = rows.map((row) => {
    const marks: string[] = [];
    row.values.forEach((value, column) => {
      if (!given[column]) return;
      if (value === undefined) marks.push('DEFAULT');
      else {
        marks.push('?');
        bindings.push(value);
      }
    });
    return `(${marks.join(', ')})`;
  });
  const target = quoteTable(quote, insert.table);
  const sql =
    columns.length === 0
      ? `INSERT INTO ${target} ${fallback}`
      : `INSERT INTO ${target} (${columns.map((column) => quote(column.name)).join(', ')}) VALUES ${tuples.join(', ')}`;
  return { sql, bindings };
}

/**
 * Runs the insert in as few statements as the limits allow. `run` executes one of them and gives back its rows
 * in the order of the values; what it gives is put in the order of `insert.rows`.
 */
export async function insertInParts(
  quote: (name: string) => string,
  insert: BulkInsert,
  limits: InsertLimits,
  fallback: string,
  run: (sql: string, bindings: Knex.RawBinding[], count: number) => Promise<Record<string, unknown>[]>,
): Promise<Record<string, unknown>[]> {
  const numbered = insert.rows.map((values, index) => ({ index, values }));
  const groups = limits.defaultKeyword ? [numbered] : groupByGivenColumns(numbered);
  const results: Record<string, unknown>[] = new Array(numbered.length).fill({});
  for (const group of groups) {
    for (const part of cutRows(group, limits)) {
      const allDefault = part.every((row) => row.values.every((value) => value === undefined));
      // INSERT … DEFAULT VALUES makes one row only.
      for (const rows of allDefault ? part.map((row) => [row]) : [part]) {
        const { sql, bindings } = insertStatement(quote, insert, rows, fallback);
        const returned = await run(sql, bindings as Knex.RawBinding[], rows.length);
        rows.forEach((row, position) => {
          results[row.index] = returned[position] ?? {};
        });
      }
    }
  }
  return results;
}

/** Many rows in one statement: what the databases have in common. */
import type { Binding } from './dialect';

export interface StatementLimits {
  readonly bindings: number;
  /** Bytes of one statement, roughly. */
  readonly bytes: number;
}

type InsertRow = readonly (Binding | undefined)[];

const sizeOf = (value: Binding | undefined): number =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value.length * 3 + 4 : 12;

/** Cuts rows into parts that one statement may carry. */
export function cutRows<T extends { readonly values: InsertRow }>(rows: readonly T[], limits: StatementLimits): T[][] {
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

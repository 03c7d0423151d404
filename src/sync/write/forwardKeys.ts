/**
 * Foreign keys of a table to itself. A row that points to an object which only a later row creates would fail if it
 * stood alone. A database that checks keys at the end of a statement, or later, would accept both rows (R40, R45).
 */
import type { ForeignKey } from '../../database';
import type { Canonical, ModelCatalog } from '../../models';
import { withoutAtEnd } from '../../trimming';
import type { Operation } from '../plan/operations';
import { BrokenForeignKey } from './deferredKeys';

type Writing = Extract<Operation, { kind: 'insert' | 'update' }>;

/** The same text for values that a collation may call equal; null if one is unknown or NULL and so points nowhere. */
function nameOf(values: readonly (Canonical | undefined)[]): string | null {
  if (values.some((value) => value === null || value === undefined)) return null;
  return JSON.stringify(
    values.map((value) => (typeof value === 'string' ? withoutAtEnd(value, ' ').toLowerCase() : value)),
  );
}

function isForward({ columns, targetColumns }: ForeignKey, operations: readonly Writing[]): boolean {
  const created = new Map<string, number>();
  for (const [place, { kind, object }] of operations.entries()) {
    const name = kind === 'insert' ? nameOf(targetColumns.map((column) => object.values[column])) : null;
    if (name !== null) created.set(name, place);
  }
  return operations.some(({ object, values }, place) => {
    if (!columns.some((column) => column in values)) return false;
    const name = nameOf(columns.map((column) => values[column] ?? object.values[column]));
    const target = name === null ? undefined : created.get(name);
    return target !== undefined && target > place && operations[target]?.object !== object;
  });
}

/**
 * Throws BrokenForeignKey if an operation points to an object that a later one inserts. Operations must be in row
 * order.
 */
export function assertNoForwardKeys({ foreignKeys }: ModelCatalog, operations: readonly Operation[]): void {
  const tables = new Set(operations.flatMap((operation) => (operation.kind === 'insert' ? [operation.object.model.table.name] : []))); // prettier-ignore
  for (const key of foreignKeys) {
    if (key.table !== key.targetTable || !tables.has(key.table)) continue;
    const ofTable = operations.filter(
      (operation): operation is Writing =>
        (operation.kind === 'insert' || operation.kind === 'update') && operation.object.model.table.name === key.table,
    );
    if (isForward(key, ofTable)) throw new BrokenForeignKey(key);
  }
}

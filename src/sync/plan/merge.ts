/** The values that an object takes from another one that is merged into it (R10). */
import {
  type Canonical,
  columnValues,
  type Field,
  isEmpty,
  type Model,
  referencesOf,
  sameValue,
  whyNotWritable,
} from '../../models';
import type { WorkingObject } from '../load/workingObject';
import type { Instruction } from '../read/instruction';
import type { Changes } from './changes';
import { currentValue } from './context';

type Values = Record<string, Canonical>;

/** Columns that point to objects of their own table. */
interface SelfReference {
  readonly columns: readonly string[];
  readonly targetColumns: readonly string[];
}

const columnNames = (fields: readonly Field[]): string[] => fields.map(({ column }) => column.name);

/** Foreign keys of the database, and relations without a foreign key there. */
const selfReferences = (model: Model): SelfReference[] => [
  ...model.referencedBy.filter(({ table }) => table === model.table.name),
  ...referencesOf(model)
    .filter(({ related }) => related.table.name === model.table.name)
    .map(({ ownFields, relatedFields }) => ({
      columns: columnNames(ownFields),
      targetColumns: columnNames(relatedFields),
    })),
];

/** Fields that the row does not set, and that a run may change. */
function openFields({ assignments, references }: Instruction, { idFields, fields }: Model, changes: Changes): Field[] {
  const given = new Set<Field>([
    ...idFields,
    ...assignments.map(({ field }) => field),
    ...references.flatMap(({ relation }) => relation.ownFields),
  ]);
  return fields.filter(
    (field) => !given.has(field) && !(field.column.name in changes.values) && whyNotWritable(field) === null,
  );
}

/** A foreign key of several columns is taken as a whole or not at all. */
function dropParts(taken: Values, from: WorkingObject, after: Readonly<Values>): void {
  for (const { ownFields } of referencesOf(from.model)) {
    const columns = columnNames(ownFields);
    const isWhole = columns.every((column) => sameValue(after[column] ?? null, currentValue(from, column)));
    if (columns.length > 1 && !isWhole) for (const column of columns) Reflect.deleteProperty(taken, column);
  }
}

/**
 * Takes values of `from` for fields that are empty and that the row does not set. References to `from` become
 * references to `into`.
 */
export function takeValues(instruction: Instruction, from: WorkingObject, into: WorkingObject, changes: Changes): void {
  const open = openFields(instruction, into.model, changes);
  const taken = columnValues<Canonical>();
  for (const { column } of open) {
    const value = currentValue(from, column.name);
    if (isEmpty(currentValue(into, column.name)) && !isEmpty(value)) taken[column.name] = value;
  }
  const after = (): Values => columnValues(into.values as Values, changes.values, taken);
  dropParts(taken, from, after());
  const openColumns = new Set(columnNames(open));
  for (const { columns, targetColumns } of selfReferences(into.model)) {
    const values = after();
    const pointsToFrom = columns.every((column, index) => {
      const target = from.values[targetColumns[index] ?? ''] ?? null;
      return target !== null && openColumns.has(column) && sameValue(values[column] ?? null, target);
    });
    const key = targetColumns.map((column) => into.values[column] ?? null);
    if (pointsToFrom && !key.includes(null)) columns.forEach((column, index) => (taken[column] = key[index] ?? null));
  }
  for (const field of open) {
    const value = taken[field.column.name];
    if (value !== undefined) changes.set(field, value);
  }
}

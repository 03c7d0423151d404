/** Which values are equal, and how a value is stored (R6, R12a, R14). */
import type { ProgramRow } from '../program';
import { columnOf, type ModelSpec } from '../schema';
import type { Value } from '../start';

export const isNull = (value: Value | undefined): boolean => value === null || value === undefined;

/** R6: as the database compares the values of a column; R7: NULL equals NULL. */
export function areEqual({ fields }: ModelSpec, name: string, one: Value, other: Value): boolean {
  if (one === null || other === null) return one === other;
  const isFolded = fields.find((field) => field.name === name)?.type === 'folded';
  return isFolded ? String(one).toLowerCase() === String(other).toLowerCase() : one === other;
}

/** R14: a value as its column stores it. A name that is no field is a foreign key. */
export function stored({ fields }: ModelSpec, name: string, raw: unknown): Value {
  const field = fields.find((candidate) => candidate.name === name);
  if (raw === null) return null;
  if (raw === '') return field && !field.nullable ? '' : null;
  return field?.type === 'integer' || !field ? Number(raw) : (raw as string);
}

/** R12a: what a trigger changes in a value that is written. */
export const asTriggered = ({ lowers }: ModelSpec, name: string, value: Value): Value =>
  lowers && name === 'code' && typeof value === 'string' ? value.toLowerCase() : value;

/** R11, R12, R27: fields that the row gives, foreign keys among them, as they would be stored. */
export function givenFields(model: ModelSpec, row: ProgramRow): [name: string, value: Value][] {
  const names = new Set([
    ...model.fields.map(({ name }): string => name),
    ...model.belongsTo.map(({ name }) => columnOf(name)),
  ]);
  return Object.entries(row.values)
    .filter(([name]) => names.has(name))
    .map(([name, raw]) => [name, asTriggered(model, name, stored(model, name, raw))]);
}

/** Values in the form that the driver receives. */
import { bytesOf, jsonText } from '../../spellings';
import type { ColumnType } from '../catalog';
import type { Binding } from '../dialect';

const whole = (value: string): Binding => (/^-?\d+$/.test(value) ? BigInt(value) : value);

/** Converts canonical values to stored values, by kind. Other kinds need no conversion. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  integer: (value) => (typeof value === 'string' ? whole(value) : (value as number)),
  // SQLite would store `5.00` as a fraction, which has fewer exact digits.
  decimal: (value) => whole((value as string).replace(/\.0+$/, '')),
  datetime: (value) => (value as string).replace('T', ' ').replace(/Z$/, ''),
  json: jsonText,
  binary: (value) => bytesOf(value as string),
};

export function bind(type: ColumnType, value: unknown): Binding {
  if (value === null || value === undefined) return null;
  return BINDINGS[type.kind]?.(value) ?? (value as Binding);
}

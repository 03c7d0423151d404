/** Values in the form that MySQL and MariaDB receive. */
import { escape } from 'mysql2';
import { bytesOf, jsonText } from '../../spellings';
import type { ColumnType } from '../catalog';
import type { Binding } from '../dialect';

/** Converts canonical values to bindings, by kind. Other kinds need no conversion. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  // A quoted text would be compared as a double.
  integer: (value) => (typeof value === 'string' ? BigInt(value) : (value as number)),
  datetime: (value) => (value as string).replace('T', ' ').replace(/Z$/, ''),
  json: jsonText,
  binary: (value) => bytesOf(value as string),
};

export function bind(type: ColumnType, value: unknown): Binding {
  if (value === null || value === undefined) return null;
  if (type.kind === 'float') return type.single ? Math.fround(value as number) : (value as number);
  return BINDINGS[type.kind]?.(value) ?? (value as Binding);
}

/** Characters with a special meaning between quotes. */
const UNSAFE = /[\0'\\\x1a]/;

/** A value as a literal. The driver escapes values that need more than quotes. */
export function literal(value: Binding | undefined): string {
  if (value === undefined) return 'DEFAULT';
  if (value === null) return 'NULL';
  if (typeof value === 'string' && !UNSAFE.test(value)) return `'${value}'`;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : escape(value);
}

/** Characters with a special meaning to knex or the driver in a statement with placeholders. */
const MARKED = /[\0'"`\\?:\x1a]/;

/** A value as a literal, or as a binding if the literal could be misread. The driver is slow with placeholders. */
export function inline(value: Binding, bindings: Binding[]): string {
  if (typeof value === 'string' ? !MARKED.test(value) : typeof value === 'number') return literal(value);
  bindings.push(value);
  return '?';
}

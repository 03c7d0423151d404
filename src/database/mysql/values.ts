/** Values on their way to MySQL and MariaDB. */
import { escape } from 'mysql2';
import { bytesOf, jsonText } from '../../spellings';
import type { ColumnType } from '../catalog';
import type { Binding } from '../dialect';

/** Canonical values as the driver takes them, by kind; others are as they are. */
const BINDINGS: Partial<Record<ColumnType['kind'], (value: unknown) => Binding>> = {
  boolean: (value) => (typeof value === 'boolean' ? Number(value) : (value as Binding)),
  // As a quoted text it would be compared as a double.
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

/** What means something else between quotes. */
const UNSAFE = /[\0'\\\x1a]/;

/** A value as text of a statement; what needs more than quotes goes by the driver's own rules. */
export function literal(value: Binding | undefined): string {
  if (value === undefined) return 'DEFAULT';
  if (value === null) return 'NULL';
  if (typeof value === 'string' && !UNSAFE.test(value)) return `'${value}'`;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : escape(value);
}

/** What means something to knex or the driver in a statement that has placeholders. */
const MARKED = /[\0'"`\\?:\x1a]/;

/** A value in the text, or where that might be misread as a binding: the driver takes its time with each placeholder. */
export function inline(value: Binding, bindings: Binding[]): string {
  if (typeof value === 'string' ? !MARKED.test(value) : typeof value === 'number') return literal(value);
  bindings.push(value);
  return '?';
}

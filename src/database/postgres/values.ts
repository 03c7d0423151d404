/** Values in the form that the driver receives. */
import { bytesOf, jsonText } from '../../spellings';
import type { ColumnType } from '../catalog';
import type { Binding } from '../dialect';
import { arrayLiteral } from './arrays';

/** A canonical array as an array literal. Elements are bound like single values, within quotes. */
function elementsLiteral(type: ColumnType, values: readonly unknown[]): string {
  const element = type.kind === 'other' ? type.element : undefined;
  const parts = values.map((value) =>
    Array.isArray(value) && element?.kind !== 'json'
      ? elementsLiteral(type, value)
      : arrayLiteral([element ? bind(element, value) : (value as Binding)]).slice(1, -1),
  );
  return `{${parts.join(',')}}`;
}

export function bind(type: ColumnType, value: unknown): Binding {
  if (value === null || value === undefined) return null;
  if (type.kind === 'json') return jsonText(value);
  if (type.kind === 'binary') return bytesOf(value as string);
  // A column without a zone stores the time in UTC.
  if (type.kind === 'datetime') return type.zoned ? (value as string) : (value as string).replace(/Z( BC)?$/, '$1');
  return Array.isArray(value) ? elementsLiteral(type, value) : (value as Binding);
}

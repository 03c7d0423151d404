/** Converts JavaScript values to JSON values. */
import { spellBytes } from './spellings';
import { emptyRecord } from './emptyRecord';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function jsonOf(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      // JSON would convert the number to null, which clears a field.
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      if (value === null) return null;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
      if (value instanceof Uint8Array) return spellBytes(value);
      if (Array.isArray(value)) return value.map(jsonOf);
      if ('toJSON' in value && typeof value.toJSON === 'function') return jsonOf(value.toJSON());
      return jsonValues(value as Record<string, unknown>);
    default:
      return value;
  }
}

/**
 * The values of a row as JSON: dates as ISO 8601, bytes as `base64:…`, big integers as text. Undefined values are
 * removed.
 */
export function jsonValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = emptyRecord<unknown>();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) result[name] = jsonOf(value);
  return result;
}

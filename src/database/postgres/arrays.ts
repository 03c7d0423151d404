/** Values on their way to PostgreSQL. */
import type { Binding } from '../dialect';

type Values = readonly (Binding | undefined)[];

/** An array as PostgreSQL reads it, value by value. */
function spelledOut(values: Values): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (value === null || value === undefined) text += 'NULL';
    else if (typeof value === 'string')
      text += /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
    else text += Buffer.isBuffer(value) ? `"\\\\x${value.toString('hex')}"` : String(value);
  }
  return `${text}}`;
}

const isJson = (value: Binding | undefined): boolean =>
  value === undefined || value === null || (typeof value !== 'object' && typeof value !== 'bigint');

/** An array as PostgreSQL reads it; the driver's own way takes many times as long. */
export function arrayLiteral(values: Values): string {
  if (!values.every(isJson)) return spelledOut(values);
  const json = JSON.stringify(values);
  // JSON is written alike but for its brackets, and for escapes other than of quotes and backslashes.
  return json.includes('\\') && /\\[^"\\]/.test(json) ? spelledOut(values) : `{${json.slice(1, -1)}}`;
}

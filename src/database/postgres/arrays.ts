/** Arrays in the form that PostgreSQL receives. */
import type { Binding } from '../dialect';

type Values = readonly (Binding | undefined)[];

/** An array literal, written value by value. */
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

/** An array literal. The driver's own conversion takes many times as long. */
export function arrayLiteral(values: Values): string {
  if (!values.every(isJson)) return spelledOut(values);
  const json = JSON.stringify(values);
  // JSON differs only in its brackets, and in escapes other than of quotes and backslashes.
  return json.includes('\\') && /\\[^"\\]/.test(json) ? spelledOut(values) : `{${json.slice(1, -1)}}`;
}

/** U+001F, the unit separator of ASCII, which hardly any text contains. */
const SEPARATOR = { text: '\u001f', sql: 'chr(31)' };

const TEXTS = new Set(['text', 'varchar', 'character varying']);

/** Joins texts with a separator; null if the result would be ambiguous. */
function separated(values: Values): { readonly text: string; readonly hasNulls: boolean } | null {
  let hasNulls = false;
  let hasEmpty = false;
  for (const value of values) {
    if (value === null) hasNulls = true;
    else if (typeof value !== 'string') return null;
    else hasEmpty ||= value === '';
  }
  const text = values.join(SEPARATOR.text);
  if ((hasNulls && hasEmpty) || text === '') return null;
  let separators = 0;
  for (let place = text.indexOf(SEPARATOR.text); place >= 0; place = text.indexOf(SEPARATOR.text, place + 1))
    separators += 1;
  return separators === values.length - 1 ? { text, hasNulls } : null;
}

/** SQL for an array of a type, with one binding. Splitting long texts takes client and server less time than parsing quotes. */
export function arrayOf(type: string, values: Values): { readonly sql: string; readonly binding: string } {
  const texts = TEXTS.has(type) ? separated(values) : null;
  if (!texts) return { sql: `?::${type}[]`, binding: arrayLiteral(values) };
  const empty = texts.hasNulls ? ", ''" : '';
  return { sql: `string_to_array(?::text, ${SEPARATOR.sql}${empty})::${type}[]`, binding: texts.text };
}

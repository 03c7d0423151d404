/** What a connection and the thread that SQLite runs in say to each other. */
import { SqliteError } from 'better-sqlite3';

export interface SqliteFile {
  readonly filename: string;
  readonly nativeBinding?: string;
}

/** What SQLite gives: bytes arrive in another thread as a Uint8Array. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

/**
 * Values of any number of rows, one after another: to copy one array to another thread costs a fraction of copying one for
 * each row, and JSON, where it holds the values as they are, costs less than that.
 */
export type Values<T> = { readonly json: string } | { readonly values: readonly T[] };

const isJson = (value: unknown): boolean =>
  typeof value === 'string' ||
  value === null ||
  (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0));

export const packed = <T>(values: readonly T[]): Values<T> =>
  values.every(isJson) ? { json: JSON.stringify(values) } : { values };

export const unpacked = <T>(values: Values<T>): readonly T[] =>
  'json' in values ? (JSON.parse(values.json) as T[]) : values.values;

export interface Query {
  readonly sql: string;
  readonly bindings: readonly unknown[];
  readonly safeIntegers: boolean;
}

/** Rows by name, as they were found; or what a statement without rows has done. */
export type QueryAnswer =
  | { readonly columns: readonly string[]; readonly found: Values<SqliteValue> }
  | { readonly changes: number; readonly lastInsertRowid: number | bigint };

/** Statements to run one after another, each with its part of the bindings. */
export interface Many {
  readonly statements: readonly { readonly sql: string; readonly width: number }[];
  /** For each run, which of the statements. */
  readonly order: Uint32Array;
  readonly bindings: Values<unknown>;
  /** What to give back of each run: nothing, the row's id, the row that it returns, or that row's first value. */
  readonly wanted: 'nothing' | 'rowids' | 'rows' | 'values';
}

/** Integers are given back as bigints. A row that a trigger has kept away is undefined. */
export type ManyAnswer =
  | { readonly rowids: BigInt64Array }
  | { readonly values: Values<SqliteValue> }
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly SqliteValue[] | undefined)[] }
  | null;

export type Request =
  | ({ readonly kind: 'open' } & SqliteFile)
  | ({ readonly kind: 'query' } & Query)
  | ({ readonly kind: 'many' } & Many)
  | { readonly kind: 'close' };

/** An error's code would be lost where the error itself is sent. */
interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** Answers come in the order of their requests. */
export type Answer = { readonly value: unknown } | { readonly error: SentError };

export function sentError(thrown: unknown): SentError {
  const { name, message, code } = thrown as SentError;
  return { name, message, code };
}

/** The error as better-sqlite3 would have thrown it here. */
export function receivedError({ name, message, code }: SentError): Error {
  if (name === 'SqliteError') return new SqliteError(message, String(code));
  return Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
}

const received = (value: SqliteValue | undefined): unknown =>
  typeof value === 'object' && value !== null ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;

/** One row as an object, from where it begins among the values. */
export function rowOf(
  columns: readonly string[],
  values: readonly SqliteValue[],
  start: number,
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index += 1)
    row[columns[index] as string] = received(values[start + index]);
  return row;
}

export function rowsOf(columns: readonly string[], found: Values<SqliteValue>): Record<string, unknown>[] {
  const values = unpacked(found);
  const rows: Record<string, unknown>[] = [];
  for (let start = 0; start < values.length; start += columns.length) rows.push(rowOf(columns, values, start));
  return rows;
}

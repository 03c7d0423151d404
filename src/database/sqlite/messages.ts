/** What a connection and the thread that SQLite runs in say to each other. */
import { SqliteError } from 'better-sqlite3';
import type { FileIdentity } from './fileGuard';

export interface SqliteFile {
  readonly filename: string;
  readonly nativeBinding?: string;
  /** The file that the path has to lead to; null: whichever is there, and otherwise a new one. */
  readonly identity: FileIdentity | null;
}

/** What SQLite gives: bytes arrive in another thread as a Uint8Array. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

/**
 * Values of any number of rows, one after another. To copy an array to another thread costs something for each of its
 * values; to copy their texts as one costs a fraction of that, and less than JSON, which looks up each short text among
 * those that V8 keeps once.
 */
export type Values<T> = { readonly few: readonly T[] } | PackedValues;

interface PackedValues {
  /** All texts, one after another. */
  readonly text: string;
  /** Of each value how many characters of the text it has, or its Kind. */
  readonly kinds: Int32Array;
  readonly numbers: Float64Array;
  readonly others: readonly unknown[];
}

const Kind = { NULL: -1, NUMBER: -2, OTHER: -3 } as const;
/** So many are copied as they are. */
const FEW = 50;

export function packed<T>(values: readonly T[]): Values<T> {
  if (values.length <= FEW) return { few: values };
  const texts: string[] = [];
  const kinds = new Int32Array(values.length);
  const numbers: number[] = [];
  const others: unknown[] = [];
  for (let index = 0; index < values.length; index += 1) {
    const value: unknown = values[index];
    if (typeof value === 'string') {
      texts.push(value);
      kinds[index] = value.length;
    } else if (value === null) kinds[index] = Kind.NULL;
    else if (typeof value === 'number') {
      numbers.push(value);
      kinds[index] = Kind.NUMBER;
    } else {
      others.push(value);
      kinds[index] = Kind.OTHER;
    }
  }
  return { text: texts.join(''), kinds, numbers: new Float64Array(numbers), others };
}

export function unpacked<T>(values: Values<T>): readonly T[] {
  if ('few' in values) return values.few;
  const { text, kinds, numbers, others } = values;
  const all: unknown[] = [];
  let [start, number, other] = [0, 0, 0];
  for (const kind of kinds) {
    if (kind >= 0) all.push(text.slice(start, (start += kind)));
    else if (kind === Kind.NULL) all.push(null);
    else if (kind === Kind.NUMBER) all.push(numbers[number++]);
    else all.push(others[other++]);
  }
  return all as T[];
}

export interface Query {
  readonly sql: string;
  readonly bindings: readonly unknown[];
  readonly safeIntegers: boolean;
}

/** Rows by name, as they were found; or what a statement without rows has done. */
export type QueryAnswer =
  | { readonly columns: readonly string[]; readonly found: Values<SqliteValue> }
  | { readonly changes: number; readonly lastInsertRowid: number | bigint };

/** A statement of so many bindings. */
export interface ManyStatement {
  readonly sql: string;
  readonly width: number;
  /** What is added to it for each further row that it is to take. */
  readonly another?: string;
  /** Asks for the table's largest row id: SQLite counts on from it, so that of several new rows the last one's tells all. */
  readonly largest?: string;
}

/** Statements to run one after another, each with its part of the bindings. */
export interface Many {
  readonly statements: readonly ManyStatement[];
  /** For each run, which of the statements. */
  readonly order: Uint32Array;
  readonly bindings: Values<unknown>;
  /** What to give back of each run: nothing, the row's id, the row that it returns, or that row's first value. */
  readonly wanted: 'nothing' | 'rowids' | 'rows' | 'values';
}

/** Integers are given back as bigints. */
export type ManyAnswer =
  | { readonly rowids: BigInt64Array }
  | { readonly values: Values<SqliteValue> }
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly SqliteValue[])[] }
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
export type Answer = ({ readonly value: unknown } | { readonly error: SentError }) & {
  /** Whether the connection is within a transaction now. */
  readonly isInTransaction: boolean;
};

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

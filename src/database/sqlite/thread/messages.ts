/** What a connection and the thread that SQLite runs in say to each other. */
import { SqliteError } from 'better-sqlite3';
import type { SqliteValue, Values } from './packing';

/** Which file a path leads to. */
export type FileIdentity = string;

export interface SqliteFile {
  readonly filename: string;
  readonly nativeBinding?: string;
  /** The file that the path has to lead to; null: whichever is there, and otherwise a new one. */
  readonly identity: FileIdentity | null;
  /** A file that does not exist is not created, and nothing is written. */
  readonly readonly?: boolean;
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

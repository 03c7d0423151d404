/** Messages between a connection and its SQLite thread. */
import { SqliteError } from 'better-sqlite3';
import type { SqliteValue, Values } from './packing';

/** Identifies the file that a path leads to (device and inode). */
export type FileIdentity = string;

export interface SqliteFile {
  readonly filename: string;
  readonly nativeBinding?: string;
  /** The file that the path must lead to. Null: any file; if there is none, it is created. */
  readonly identity: FileIdentity | null;
  /** Neither creates a missing file nor writes. */
  readonly readonly?: boolean;
}

export interface Query {
  readonly sql: string;
  readonly bindings: readonly unknown[];
  readonly safeIntegers: boolean;
}

/** Columns and values of the rows, or the effect of a statement without rows. */
export type QueryAnswer =
  | { readonly columns: readonly string[]; readonly found: Values<SqliteValue> }
  | { readonly changes: number; readonly lastInsertRowid: number | bigint };

/** A statement with `width` bindings per row. */
export interface ManyStatement {
  readonly sql: string;
  readonly width: number;
  /** SQL that is appended for each further row. */
  readonly another?: string;
  /** SQL for the table's largest rowid. SQLite counts on from the largest, so the rowid of the last new row determines the others. */
  readonly largest?: string;
}

/** Statements to run in `order`, each with its part of the bindings. */
export interface Many {
  readonly statements: readonly ManyStatement[];
  /** The index of the statement, for each run. */
  readonly order: Uint32Array;
  readonly bindings: Values<unknown>;
  /** The result of each run: nothing, the rowid, the returned row, or the first value of the returned row. */
  readonly wanted: 'nothing' | 'rowids' | 'rows' | 'values';
}

/** Integers are returned as bigints. */
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

/** An error that is sent to another thread loses its code. */
interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** Answers are in the order of their requests. */
export type Answer = ({ readonly value: unknown } | { readonly error: SentError }) & {
  /** Whether the connection now has an open transaction. */
  readonly isInTransaction: boolean;
};

export function sentError(thrown: unknown): SentError {
  const { name, message, code } = thrown as SentError;
  return { name, message, code };
}

/** The error that better-sqlite3 would have thrown in this thread. */
export function receivedError({ name, message, code }: SentError): Error {
  if (name === 'SqliteError') return new SqliteError(message, String(code));
  return Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
}

/** How a command reaches what it works on: a database in this process, or a server over HTTP. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { InputFile } from '../inputFile';
import type { Progress } from '../output/progress';

/** A mutation that files go with. */
export interface Sync<T, V> {
  readonly document: TypedDocumentNode<T, V>;
  /** With null in the place of each file. */
  readonly variables: V;
  /** By the path of their variable: `input.file`, `input.files.0.file`. */
  readonly files: ReadonlyMap<string, InputFile>;
}

/** Watches a sync at work, and stops it. */
export interface Watch {
  /** Stops it. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Carries out the typed operations of schema/operations. The schema is the same over every transport. */
export interface Transport {
  /** What it works on, for people: "Database: sqlite:app.sqlite". */
  readonly target: string;
  /** Items that a page may have. */
  readonly pageSize: number;
  /** The data of an operation. Throws CommandFailure with the message of the first error. */
  ask<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T>;
  /** As `ask`, with files, which are streamed. */
  sync<T, V>(sync: Sync<T, V>, watch: Watch): Promise<T>;
  close(): Promise<void>;
}

export interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** The two transports of commands: a database in this process, or a server over HTTP. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { RunFragment } from '../../../schema/operations/generated';
import type { InputFile } from '../inputFile';
import type { Progress } from '../output/progress';

/** A mutation with files. */
export interface Sync<T, V> {
  readonly document: TypedDocumentNode<T, V>;
  /** The variables, with null instead of each file. */
  readonly variables: V;
  /** The files by the path of their variable: `input.file`, `input.files.0.file`. */
  readonly files: ReadonlyMap<string, InputFile>;
}

/** Shows the progress of a sync, and stops it. */
export interface Watch {
  /** Aborts the sync. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Runs the typed operations of schema/operations. Every transport has the same schema. */
export interface Transport {
  /** The database or server, for messages: "Database: sqlite:app.sqlite". */
  readonly target: string;
  /** The most items per page. */
  readonly pageSize: number;
  /** Returns the data of an operation. Throws CommandFailure with the message of the first error. */
  ask<T, V>(document: TypedDocumentNode<T, V>, variables: V): Promise<T>;
  /** Like `ask`, with files, which are streamed. */
  sync<T, V>(sync: Sync<T, V>, watch: Watch): Promise<T>;
  /** The states of a run until it has finished. Throws CommandFailure, or any error if the signal is aborted. */
  watch(id: string, signal: AbortSignal): AsyncIterable<RunFragment>;
  close(): Promise<void>;
}

export interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

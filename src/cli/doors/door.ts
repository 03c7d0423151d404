/** The one way to what a command works on: a server, or a database without any. */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { InputFile } from '../inputFile';
import type { Progress } from '../output/progress';

/** A sync that files go with. */
export interface Sync<T, V> {
  readonly document: TypedDocumentNode<T, V>;
  /** With null where a file belongs. */
  readonly variables: V;
  /** By the path of the variable that each stands for: `input.file`, `input.files.0.file`. */
  readonly files: ReadonlyMap<string, InputFile>;
}

/** What is watched of a sync while it is at work. */
export interface Watch {
  /** Stops it. */
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Carries out the typed operations of schema/operations; what answers is the same schema behind every door. */
export interface Door {
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
  readonly errors?: readonly { readonly message: string }[];
}

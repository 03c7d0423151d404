/** Writes that the database accepts but does not carry out: a trigger ignores them, a rule replaces them, or a policy hides the row (R12a). */
import type { DatabaseFailure } from './failures';
import { nativeError } from './nativeError';

const SWALLOWED_WRITE = 'SWALLOWED_WRITE';

/** A statement wrote fewer rows than it was given. */
export class SwallowedWrite extends Error {
  /** An error's code survives the copy from one thread to another. */
  readonly code = SWALLOWED_WRITE;

  constructor() {
    super('A trigger, a rule or a policy skipped the row.');
  }
}

/** Throws SwallowedWrite if a statement wrote fewer rows than it was given. */
export function assertWritten(written: number | bigint | null | undefined, given: number): void {
  if (Number(written ?? 0) < given) throw new SwallowedWrite();
}

/** What a swallowed write means for its row; null for other errors. */
export function explainSwallowedWrite(error: unknown): DatabaseFailure | null {
  const { code, message } = nativeError<SwallowedWrite>(error);
  return code === SWALLOWED_WRITE ? { kind: 'violation', code: 'DATABASE_REFUSED', reason: message } : null;
}

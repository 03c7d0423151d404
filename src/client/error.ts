/** Why a call of a client failed. What goes wrong with a row is in its outcome. */
import type { CallErrorCode } from '../errors';

export type NsyncErrorCode =
  | CallErrorCode
  /** No answer came. */
  | 'NETWORK_ERROR'
  /** The answer was none of a GraphQL server: `status` tells. */
  | 'HTTP_ERROR'
  /** Those of GraphQL and of whatever server nsync is part of. */
  | (string & {});

interface NsyncErrorDetails {
  readonly status?: number;
  readonly cause?: unknown;
}

export class NsyncError extends Error {
  /** Of HTTP; null where no answer came. */
  readonly status: number | null;

  constructor(
    readonly code: NsyncErrorCode,
    message: string,
    { status, cause }: NsyncErrorDetails = {},
  ) {
    super(message, { cause });
    this.name = 'NsyncError';
    this.status = status ?? null;
  }
}

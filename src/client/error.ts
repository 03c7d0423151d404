/** Errors of the client. A row's failure is in its outcome, and is not an error. */
import type { CallErrorCode } from '../errors';

export type NsyncErrorCode =
  | CallErrorCode
  /** No response arrived. */
  | 'NETWORK_ERROR'
  /** The response is not from a GraphQL server. `status` is its HTTP status. */
  | 'HTTP_ERROR'
  /** Other codes, of GraphQL or of the server that contains nsync's schema. */
  | (string & {});

interface NsyncErrorDetails {
  readonly status?: number;
  readonly cause?: unknown;
}

export class NsyncError extends Error {
  /** The HTTP status; null if no response arrived. */
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

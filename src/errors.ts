/** Errors of a whole call: the values of `extensions.code`, with their meaning (docs/api.md lists them). */
export const CALL_ERRORS = {
  UNKNOWN_MODEL: 'No model has this name. The message lists similar names.',
  UNKNOWN_EXTERNAL_SYSTEM: 'No external system has this name.',
  MODEL_WITHOUT_PRIMARY_KEY: 'The table has no key that identifies its rows.',
  MODELS_OUT_OF_DATE: 'The tables have changed since the models were read. Call `reloadModels`.',
  EMPTY_CSV: 'The file has no header line.',
  MALFORMED_CSV: 'The file cannot be read as CSV. The message names the line.',
  DUPLICATE_CSV_HEADER: 'Two columns of the file have the same header.',
  UNREADABLE_ENCODING: 'The file is not in the given encoding.',
  NOT_CSV: 'The file is of another kind, such as Excel or JSON. The message says which.',
  INVALID_FILE_NAME: 'The name of a file does not contain the external system and the model.',
  TOO_MANY_COLUMNS: 'The file, or the rows of the call, have more columns than nsync accepts.',
  TOO_MANY_FILES: 'The call has more files than nsync accepts.',
  TOO_MANY_ROWS: 'The call has more rows than the server accepts.',
  TOO_FEW_ROWS: 'The call has fewer rows than `minRows`. Nothing was written.',
  UNKNOWN_FIELD: 'A file has no known column, or a column is unknown and `onUnknownField` is `FAIL`.',
  MATCH_FIELD_MISSING: 'The header of a file lacks a column of `match_on`.',
  UNKNOWN_MATCH_FIELD: 'The `match_on` of a file names a field that the model does not have.',
  INVALID_MATCH_EXPRESSION: 'The `match_on` of a file is not a valid postfix expression.',
  PAYLOAD_TOO_LARGE: 'The request is larger than the server accepts (HTTP 413).',
  OPERATION_TOO_COMPLEX: 'The operation exceeds one of the `limits`. The message names the limit (HTTP 400).',
  SYSTEM_IN_USE: 'The external system still has mappings.',
  CANCELLED: 'The run was stopped on request.',
  RUN_INTERRUPTED: 'The run was ended, because its process did not respond for too long.',
  RUN_BUSY: 'Other runs worked on the models for longer than `maxWaitSeconds`. Nothing was synced.',
  RUN_NOT_FOUND: 'No run has this id.',
  RUN_ALREADY_FINISHED: 'The run has already finished, so it cannot be stopped.',
  IDEMPOTENCY_KEY_REUSED: 'An earlier call with the same idempotency key had other content.',
  BAD_USER_INPUT: 'The value of an argument is not allowed.',
  UNAUTHENTICATED: 'The request has no valid token (HTTP 401).',
  FORBIDDEN: 'The caller lacks a scope. The message names the scope.',
  TOKEN_EXISTS: 'Another token already has the name.',
  TOKEN_NOT_FOUND: 'No token has this name.',
  WEBHOOK_NOT_FOUND: 'No webhook has this name.',
  IDENTITY_PROVIDER_UNAVAILABLE: 'The keys of the identity provider cannot be read at the moment (HTTP 503).',
  RATE_LIMITED: 'The caller asks for too much at once, or the server is busy (HTTP 429). Nothing was done.',
  READ_TIMEOUT: 'A read took longer than the server allows.',
  DATABASE_UNAVAILABLE: 'The database cannot be reached, and did not return within 40 seconds.',
  DATABASE_LOCKED: 'Another program locks the database for more than 10 seconds.',
  DATABASE_TOO_MANY_CONNECTIONS: 'The database has no free connection for nsync.',
  DATABASE_READ_ONLY: 'The database is read-only: a replica, a read-only server or a read-only file.',
  DATABASE_FORBIDDEN: 'The database user lacks a right. The message names the table and the right.',
  DATABASE_FULL: 'The database has no space left.',
  DATABASE_OVERLOADED: 'The database is out of memory or another resource.',
  DATABASE_CANCELLED: 'The database stopped a statement that exceeded the time limit.',
  DATABASE_DAMAGED: 'The database cannot read or write its files.',
  TRANSACTION_TOO_LARGE:
    'The run is one transaction, and larger than the database accepts. Use `onError: CONTINUE`, or split the run.',
  DATABASE_FILE_REPLACED: 'The SQLite file was replaced or removed while nsync used it.',
} as const satisfies Readonly<Record<string, string>>;

export type CallErrorCode = keyof typeof CALL_ERRORS;

export interface ErrorExtensions {
  readonly code: string;
  /** The run that had begun. */
  readonly runId?: string;
  /** For RATE_LIMITED: seconds to wait. */
  readonly retryAfter?: number;
}

/** An error of a call that cannot start or continue. The message may be shown to the client. */
export class CallError extends Error {
  /** The run that had begun; null if there was none. */
  readonly runId: string | null;

  constructor(
    readonly code: CallErrorCode,
    message: string,
    { runId = null, ...options }: ErrorOptions & { readonly runId?: string | null } = {},
  ) {
    super(message, options);
    this.name = 'CallError';
    this.runId = runId;
  }

  /** Any GraphQL server adds these to the response. */
  get extensions(): ErrorExtensions {
    return { code: this.code, ...(this.runId === null ? {} : { runId: this.runId }) };
  }

  /** The same error, for a run that had begun. */
  ofRun(runId: string): CallError {
    const { code, message, cause } = this;
    return new CallError(code, message, { runId, ...(cause === undefined ? {} : { cause }) });
  }
}

/** The limit on callers that a request exceeds (docs/limits.md). */
export type ExceededLimit =
  | 'authentication'
  | 'bodies'
  | 'calls'
  | 'runs of caller'
  | 'runs'
  | 'subscriptions of caller'
  | 'upload bytes'
  | 'uploads';

/** The error of a request that may succeed later. */
export class RateLimited extends CallError {
  constructor(
    message: string,
    readonly exceeded: ExceededLimit,
    /** Seconds to wait; at least 1. */
    readonly retryAfter: number,
  ) {
    super('RATE_LIMITED', `${message} Try again in ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}.`);
  }

  override get extensions(): ErrorExtensions {
    return { ...super.extensions, retryAfter: this.retryAfter };
  }
}

/** The error of a run that failed for a reason without a code. `cause` is the original error, for the log. The id is null if the run is not recorded. */
export class RunFailure extends Error {
  constructor(
    readonly runId: string | null,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'RunFailure';
  }

  get extensions(): ErrorExtensions {
    return { code: 'INTERNAL_SERVER_ERROR', ...(this.runId !== null && { runId: this.runId }) };
  }
}

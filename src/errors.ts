/** Why a whole call cannot start; `code` is what the client reads in `extensions.code`. */
export type CallErrorCode =
  | 'UNKNOWN_MODEL'
  | 'UNKNOWN_EXTERNAL_SYSTEM'
  | 'MODEL_WITHOUT_PRIMARY_KEY'
  | 'MODELS_OUT_OF_DATE'
  | 'EMPTY_CSV'
  | 'MALFORMED_CSV'
  | 'DUPLICATE_CSV_HEADER'
  | 'UNREADABLE_ENCODING'
  | 'INVALID_FILE_NAME'
  | 'TOO_MANY_ROWS'
  | 'PAYLOAD_TOO_LARGE'
  | 'SYSTEM_IN_USE'
  | 'CANCELLED'
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'DATABASE_UNAVAILABLE';

/** A call that cannot start: nothing has run, and the message may be shown to the client. */
export class CallError extends Error {
  constructor(
    readonly code: CallErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'CallError';
  }

  /** Taken over by whatever GraphQL server this error passes through. */
  get extensions(): { readonly code: CallErrorCode } {
    return { code: this.code };
  }
}

/** A call that met tables which are no longer as they were read; null where nsync's own are meant, which are nobody's models. */
export const outOfDate = (missing: string): CallError | null =>
  /\bnsync_/.test(missing)
    ? null
    : new CallError(
        'MODELS_OUT_OF_DATE',
        `The database has no ${missing} any more: its tables have changed since the models were read. Call reloadModels, or restart the server.`,
      );

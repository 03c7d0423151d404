/** Errors for clients after the database fails a whole call. */
import { CallError, RunFailure } from '../errors';
import type { Dialect } from './dialect';
import type { CallFailure } from './failures';
import { OUTAGES } from './outages';
import { readTimeoutOf } from './readTimeout';

type Of<K extends CallFailure['kind']> = Extract<CallFailure, { kind: K }>;

const isOwn = (object: string): boolean => /"(?:[^"]+\.)?nsync_/.test(object);

function lacking({ object, right }: Of<'forbidden'>): string {
  const what = right === null ? 'a right' : `the right ${right}`;
  const where = object === null ? '' : ` on ${isOwn(object) ? "nsync's own " : ''}${object}`;
  return `The database user lacks ${what}${where}. Grant the right to the user of DATABASE_URL, then repeat the call.`;
}

const ERRORS: { readonly [K in CallFailure['kind']]: (failure: Of<K>, options: ErrorOptions) => CallError | null } = {
  outage: ({ outage }, options) => new CallError(OUTAGES[outage].code, OUTAGES[outage].message, options),
  forbidden: (failure, options) => new CallError('DATABASE_FORBIDDEN', lacking(failure), options),
  // nsync's own tables are not models.
  outdated: ({ missing }, options) =>
    isOwn(missing)
      ? null
      : new CallError(
          'MODELS_OUT_OF_DATE',
          `The database no longer has ${missing}. The tables have changed since nsync read the models. Call reloadModels, or restart the server.`,
          options,
        ),
};

/** The error for a client, with the database's own error as its cause. Null if the error is not a failure of the database. */
export function callErrorOf(dialect: Dialect, error: unknown): CallError | null {
  if (error instanceof CallError) return error;
  const timeout = readTimeoutOf(error);
  if (timeout) return timeout;
  const failure = dialect.explainFailure(error);
  if (!failure || failure.kind === 'violation' || failure.kind === 'transactionEnded') return null;
  return (ERRORS[failure.kind] as (failure: CallFailure, options: ErrorOptions) => CallError | null)(failure, {
    cause: error,
  });
}

/** The error of a run, with the run's id if the run is recorded. */
export function errorOfRun(dialect: Dialect, error: unknown, runId: string | null): CallError | RunFailure {
  const known = callErrorOf(dialect, error);
  if (!known) return new RunFailure(runId, error);
  return runId === null ? known : known.ofRun(runId);
}

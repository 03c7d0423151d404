/** Errors on their way to a client: a code, a message, and nothing of the inside. */
import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { unavailability } from '../api';
import type { Dialect } from '../database';
import { CallError, outOfDate } from '../errors';
import { SettingsError } from './settings';

/** What a client is told of an error; the log has the rest, under the request's id. */
export function errorFormatter(
  dialect: Dialect,
  log: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { locations, path } = formatted;
    const original = unwrapResolverError(error);
    if (original instanceof CallError)
      return { message: original.message, locations, path, extensions: { code: original.code } };
    // Models that cannot be read again: those that there were stay.
    if (original instanceof SettingsError)
      return { message: original.message, locations, path, extensions: { code: 'MODELS_UNUSABLE' } };
    if (original instanceof GraphQLError) {
      const { code } = formatted.extensions ?? {};
      // A scalar that refuses a value wraps an error of its own; its message is meant for the client.
      return { message: formatted.message, locations, path, extensions: { code: code ?? 'BAD_USER_INPUT' } };
    }
    const failure = dialect.explainFailure(original);
    const outdated = failure?.kind === 'outdated' ? outOfDate(failure.missing) : null;
    if (outdated) return { message: outdated.message, locations, path, extensions: { code: outdated.code } };
    const requestId = (error as { extensions?: { requestId?: string } }).extensions?.requestId;
    log.error({ err: original, requestId, path }, 'request failed');
    const unavailable = unavailability(dialect, original);
    if (unavailable) return { message: unavailable.message, locations, path, extensions: { code: unavailable.code } };
    return {
      message: 'Something went wrong on the server; its log has the details.',
      locations,
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}

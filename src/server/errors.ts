/** Errors on their way to a client: a code, a message, and nothing of the inside. */
import { ApolloServerValidationErrorCode, unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { callErrorOf, type Dialect } from '../database';
import { type ErrorExtensions, RunFailure } from '../errors';
import { SettingsError } from './settings';
import { logFailure } from './watching/loggedError';

/** GraphQL repeats what it refuses, however long that is. */
const LONGEST_MESSAGE = 5000;

const NO_INTROSPECTION =
  'This server does not describe its schema. Ask whoever runs the server for the schema, or for NSYNC_INTROSPECTION=1.';

const cut = (message: string): string =>
  message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;

/** What a client is told of an error; the log has the rest, under the request's id. */
export function errorFormatter(
  dialect: Dialect,
  log: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const { locations, path } = formatted;
    const original = unwrapResolverError(error);
    // Models that cannot be read again: those that there were stay.
    if (original instanceof SettingsError)
      return { message: original.message, locations, path, extensions: { code: 'MODELS_UNUSABLE' } };
    if (original instanceof GraphQLError) {
      const { code, validationErrorCode } = formatted.extensions ?? {};
      if (validationErrorCode === ApolloServerValidationErrorCode.INTROSPECTION_DISABLED)
        return { message: NO_INTROSPECTION, locations, extensions: { code } };
      // A scalar that refuses a value wraps an error of its own; its message is meant for the client.
      return { message: cut(formatted.message), locations, path, extensions: { code: code ?? 'BAD_USER_INPUT' } };
    }
    const told = callErrorOf(dialect, original);
    const unexplained = original instanceof RunFailure ? original.cause : original;
    const cause = told ? told.cause : unexplained;
    const { requestId } = (error as { extensions?: { requestId?: string } }).extensions ?? {};
    const explanation = told && told.code.startsWith('DATABASE_') ? { code: told.code, reason: told.message } : {};
    if (cause !== undefined) logFailure(log, 'error', cause, { requestId, path, ...explanation }, 'request failed');
    if (told) return { message: cut(told.message), locations, path, extensions: { ...told.extensions } };
    const extensions: ErrorExtensions =
      original instanceof RunFailure ? original.extensions : { code: 'INTERNAL_SERVER_ERROR' };
    return {
      message: 'An unexpected error occurred on the server. The log of the server has the details.',
      locations,
      path,
      extensions: { ...extensions },
    };
  };
}

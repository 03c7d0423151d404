/** Formats errors for clients: a code and a message, without internals. */
import { ApolloServerValidationErrorCode, unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { callErrorOf, type Dialect } from '../database';
import { type ErrorExtensions, RunFailure } from '../errors';
import { SettingsError } from './settings';
import { logFailure } from './watching/loggedError';

/** GraphQL quotes the refused text in its message, whatever its length. */
const LONGEST_MESSAGE = 5000;

const NO_INTROSPECTION =
  'This server does not describe its schema. Ask whoever runs the server for the schema, or for NSYNC_INTROSPECTION=1.';

const cut = (message: string): string =>
  message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;

/** Formats an error for the client. */
export type ErrorFormatter = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/** Returns a formatter. The log contains the rest, with the request's id. */
export function errorFormatter(dialect: Dialect, log: Logger): ErrorFormatter {
  return (formatted, error) => {
    const { locations, path } = formatted;
    const original = unwrapResolverError(error);
    // The models cannot be reloaded. The previous ones stay in use.
    if (original instanceof SettingsError)
      return { message: original.message, locations, path, extensions: { code: 'MODELS_UNUSABLE' } };
    if (original instanceof GraphQLError) {
      const { code, validationErrorCode } = formatted.extensions ?? {};
      if (validationErrorCode === ApolloServerValidationErrorCode.INTROSPECTION_DISABLED)
        return { message: NO_INTROSPECTION, locations, extensions: { code } };
      // A scalar that refuses a value wraps its own error, whose message is for the client.
      return { message: cut(formatted.message), locations, path, extensions: { code: code ?? 'BAD_USER_INPUT' } };
    }
    const callError = callErrorOf(dialect, original);
    const unexplained = original instanceof RunFailure ? original.cause : original;
    const cause = callError ? callError.cause : unexplained;
    const { requestId } = (error as { extensions?: { requestId?: string } }).extensions ?? {};
    const explanation =
      callError && callError.code.startsWith('DATABASE_') ? { code: callError.code, reason: callError.message } : {};
    if (cause !== undefined) logFailure(log, 'error', cause, { requestId, path, ...explanation }, 'request failed');
    if (callError) return { message: cut(callError.message), locations, path, extensions: { ...callError.extensions } };
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

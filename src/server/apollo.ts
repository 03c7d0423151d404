/** GraphQL, whoever asks: requests of HTTP, and operations of the same process. */
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { type ApiContext, makeSchema, type Services } from '../api';
import { boundErrors, plainJsonStatus, plainRows, retryLater, tagErrors } from './apolloPlugins';
import { KnownDocuments } from './documents';
import { errorFormatter } from './errors';
import { logFailure } from './watching/loggedError';
import { noteOperations } from './watching/requests';

/** Headers that a page of another site cannot send without asking: an upload needs one of them. */
export const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

interface ApolloOptions {
  readonly schema?: GraphQLSchema;
  /** Whether questions about the schema are answered (true). */
  readonly introspection?: boolean;
}

/** A GraphQL server that is not started yet. */
export async function makeApollo(
  { database, limits }: Services,
  log: Logger,
  { schema: givenSchema, introspection = true }: ApolloOptions = {},
): Promise<ApolloServer<ApiContext>> {
  const schema = givenSchema ?? (await makeSchema());
  return new ApolloServer<ApiContext>({
    schema,
    csrfPrevention: { requestHeaders: PREFLIGHT_HEADERS },
    introspection,
    // What is similar to a misspelt name is about the schema, too.
    hideSchemaDetailsFromClientErrors: !introspection,
    documentStore: new KnownDocuments(),
    // A query that is sent by its hash alone could not be measured (operationBounds.ts).
    persistedQueries: false,
    // The process decides how it ends (main.ts).
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(database.dialect, log),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      noteOperations,
      plainRows(limits),
      plainJsonStatus,
      boundErrors,
      retryLater,
      tagErrors,
    ],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (problem: unknown) => logFailure(log, 'warn', problem, {}, 'GraphQL server'),
      error: (problem: unknown) => logFailure(log, 'error', problem, {}, 'GraphQL server'),
    },
  });
}

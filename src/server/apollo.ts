/** The GraphQL server, for HTTP requests and for operations within this process. */
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { type ApiContext, makeSchema, type Services } from '../api';
import { boundErrors, noStore, plainJsonStatus, plainRows, retryLater, tagErrors, together } from './apolloPlugins';
import { KnownDocuments } from './documents';
import { errorFormatter } from './errors';
import { PREFLIGHT_HEADERS } from './preflight';
import { beginSubscriptions } from './subscriptions';
import { logFailure } from './watching/loggedError';
import { noteOperations } from './watching/requests';

interface ApolloOptions {
  readonly schema?: GraphQLSchema;
  /** Whether introspection queries are answered. Default: true. */
  readonly introspection?: boolean;
}

/** Creates a GraphQL server that is not started yet. */
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
    // Suggestions for misspelt names also reveal the schema.
    hideSchemaDetailsFromClientErrors: !introspection,
    documentStore: new KnownDocuments(),
    // An operation that is sent as a hash cannot be measured (operationBounds.ts).
    persistedQueries: false,
    // main.ts decides how the process ends.
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(database.dialect, log),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // Both would wrap the resolver of every field.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      together([
        noStore,
        noteOperations,
        plainRows(limits),
        plainJsonStatus,
        boundErrors,
        retryLater,
        tagErrors,
        beginSubscriptions(schema),
      ]),
    ],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (problem: unknown) => logFailure(log, 'warn', problem, {}, 'GraphQL server'),
      error: (problem: unknown) => logFailure(log, 'error', problem, {}, 'GraphQL server'),
    },
  });
}

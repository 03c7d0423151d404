/** GraphQL, whoever asks: requests of HTTP, and operations of the same process. */
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { type ApiContext, handOverRows, makeSchema, type Services } from '../api';
import { KnownDocuments } from './documents';
import { errorFormatter } from './errors';

/** Headers that a page of another site cannot send without asking: an upload needs one of them. */
export const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** A field that fails for each item of a list would fill the answer with the same error. */
const MOST_ERRORS = 100;

/** A GraphQL server that is not started yet. */
export async function makeApollo(
  { database, limits }: Services,
  log: Logger,
  givenSchema?: GraphQLSchema,
): Promise<ApolloServer<ApiContext>> {
  const schema = givenSchema ?? (await makeSchema());
  return new ApolloServer<ApiContext>({
    schema,
    csrfPrevention: { requestHeaders: PREFLIGHT_HEADERS },
    introspection: true,
    documentStore: new KnownDocuments(),
    // A query that is sent by its hash alone could not be measured (operationBounds.ts).
    persistedQueries: false,
    // The process decides how it ends (main.ts).
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(database.dialect, log),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      {
        requestDidStart: () =>
          Promise.resolve({
            didResolveOperation: ({ operation, request }) => {
              if (operation && request.variables)
                request.variables = handOverRows(operation, request.variables, limits);
              return Promise.resolve();
            },
          }),
      },
      {
        // A client that accepts plain JSON alone cannot tell a GraphQL answer from an answer of something in between by a
        // status other than 200 (GraphQL over HTTP, 6.4.1).
        requestDidStart: ({ request }) =>
          Promise.resolve({
            willSendResponse: ({ response }) => {
              const accepted = request.http?.headers.get('accept') ?? '';
              const isResult = response.http.status === 400;
              if (isResult && !accepted.includes('application/graphql-response+json')) response.http.status = 200;
              return Promise.resolve();
            },
          }),
      },
      {
        requestDidStart: () =>
          Promise.resolve({
            willSendResponse: ({ response: { body } }) => {
              if (body.kind === 'single' && (body.singleResult.errors?.length ?? 0) > MOST_ERRORS)
                body.singleResult.errors = body.singleResult.errors?.slice(0, MOST_ERRORS);
              return Promise.resolve();
            },
          }),
      },
      {
        // The formatter sees errors alone: they carry their request's id.
        requestDidStart: () =>
          Promise.resolve({
            didEncounterErrors: ({ errors, contextValue }) => {
              for (const error of errors) Object.assign(error.extensions, { requestId: contextValue.requestId });
              return Promise.resolve();
            },
          }),
      },
    ],
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: unknown) => log.warn(message),
      error: (message: unknown) => log.error(message),
    },
  });
}

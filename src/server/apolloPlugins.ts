/** Plugins of the GraphQL server, which change requests before their operations run, and responses. */
import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { type ApiContext, handOverRows, type ServiceLimits } from '../api';
import type { ErrorExtensions } from '../errors';

type Plugin = ApolloServerPlugin<ApiContext>;
type Responding = NonNullable<GraphQLRequestListener<ApiContext>['willSendResponse']>;
type Sent = Parameters<Responding>[0];

/** A field that fails for each item of a list would fill the response with the same error. */
export const MOST_ERRORS = 100;

/** A plugin that changes a response before it is sent. */
const responding = (change: (sent: Sent) => void): Plugin => ({
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: (sent) => {
        change(sent);
        return Promise.resolve();
      },
    }),
});

/** Passes plain rows to the resolver without copies of them (plainRows.ts). */
export const plainRows = (limits: ServiceLimits): Plugin => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation, request }) => {
        if (operation && request.variables) request.variables = handOverRows(operation, request.variables, limits);
        return Promise.resolve();
      },
    }),
});

/**
 * A client that accepts only plain JSON cannot tell a GraphQL response from the response of a proxy by a status other than
 * 200 (GraphQL over HTTP, 6.4.1).
 */
export const plainJsonStatus: Plugin = responding(({ request, response: { http } }) => {
  const accepted = request.http?.headers.get('accept') ?? '';
  if (http.status === 400 && !accepted.includes('application/graphql-response+json')) http.status = 200;
});

/** No cache keeps a response. */
export const noStore: Plugin = responding(
  ({ response: { http } }) => void http.headers.set('cache-control', 'no-store'),
);

/** Limits the number of errors in a response. */
export const boundErrors: Plugin = responding(({ response: { body } }) => {
  if (body.kind === 'single' && (body.singleResult.errors?.length ?? 0) > MOST_ERRORS)
    body.singleResult.errors = body.singleResult.errors?.slice(0, MOST_ERRORS);
});

/** Sends status 429 with the longest wait, if an error contains one, so that the client repeats the request later. */
export const retryLater: Plugin = responding(({ response: { body, http } }) => {
  const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  const waits = errors.flatMap(({ extensions }) => (extensions as Partial<ErrorExtensions>).retryAfter ?? []);
  if (waits.length === 0) return;
  http.status = 429;
  http.headers.set('retry-after', String(Math.max(...waits)));
});

/** Adds the request's id to its errors, because the formatter of errors does not receive the request. */
export const tagErrors: Plugin = {
  requestDidStart: () =>
    Promise.resolve({
      didEncounterErrors: ({ errors, contextValue }) => {
        for (const error of errors) Object.assign(error.extensions, { requestId: contextValue.requestId });
        return Promise.resolve();
      },
    }),
};

/** Plugins of the GraphQL server, which change requests before their operations run, and responses. */
import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import { type ApiContext, handOverRows, type ServiceLimits } from '../api';
import type { ErrorExtensions } from '../errors';

type Listener = GraphQLRequestListener<ApiContext>;
type Given<Hook extends keyof Listener> = Parameters<NonNullable<Listener[Hook]>>[0];
type Answer = Awaited<ReturnType<NonNullable<Listener['responseForOperation']>>>;

/** The hooks of Apollo that the server uses, in the order in which they are called. */
interface Hooks {
  didResolveOperation?(given: Given<'didResolveOperation'>): void | Promise<void>;
  /** Instead of the execution of the operation, unless it is null. */
  responseForOperation?(given: Given<'responseForOperation'>): Answer;
  didEncounterErrors?(given: Given<'didEncounterErrors'>): void;
  willSendResponse?(given: Given<'willSendResponse'>): void;
}

/** A plugin for one request. Null: the request needs none of it. */
export type Plugin = (request: GraphQLRequestContext<ApiContext>) => Hooks | null;

/** Several plugins as one, in their order. Apollo waits for each hook of each plugin, which adds up in small calls. */
export const together = (plugins: readonly Plugin[]): ApolloServerPlugin<ApiContext> => ({
  requestDidStart: (request) => {
    const all = plugins.flatMap((plugin) => plugin(request) ?? []);
    return Promise.resolve({
      async didResolveOperation(given) {
        for (const hooks of all) {
          const done = hooks.didResolveOperation?.(given);
          if (done) await done;
        }
      },
      responseForOperation(given) {
        for (const hooks of all) {
          const answer = hooks.responseForOperation?.(given);
          if (answer) return Promise.resolve(answer);
        }
        return Promise.resolve(null);
      },
      didEncounterErrors(given) {
        for (const hooks of all) hooks.didEncounterErrors?.(given);
        return Promise.resolve();
      },
      willSendResponse(given) {
        for (const hooks of all) hooks.willSendResponse?.(given);
        return Promise.resolve();
      },
    });
  },
});

/** A field that fails for each item of a list would fill the response with the same error. */
export const MOST_ERRORS = 100;

/** A plugin that changes a response before it is sent. */
const responding = (change: (sent: Given<'willSendResponse'>) => void): Plugin => {
  const hooks: Hooks = { willSendResponse: change };
  return () => hooks;
};

/** Passes plain rows to the resolver without copies of them (plainRows.ts). */
export const plainRows = (limits: ServiceLimits): Plugin => {
  const hooks: Hooks = {
    didResolveOperation({ operation, request }) {
      if (operation && request.variables) request.variables = handOverRows(operation, request.variables, limits);
    },
  };
  return () => hooks;
};

/**
 * A client that accepts only plain JSON cannot tell a GraphQL response from the response of a proxy by a status other than
 * 200 (GraphQL over HTTP, 6.4.1).
 */
export const plainJsonStatus = responding(({ request, response: { http } }) => {
  const accepted = request.http?.headers.get('accept') ?? '';
  if (http.status === 400 && !accepted.includes('application/graphql-response+json')) http.status = 200;
});

/** No cache keeps a response. */
export const noStore = responding(({ response: { http } }) => void http.headers.set('cache-control', 'no-store'));

/** Limits the number of errors in a response. */
export const boundErrors = responding(({ response: { body } }) => {
  if (body.kind === 'single' && (body.singleResult.errors?.length ?? 0) > MOST_ERRORS)
    body.singleResult.errors = body.singleResult.errors?.slice(0, MOST_ERRORS);
});

/** Sends status 429 with the longest wait, if an error contains one, so that the client repeats the request later. */
export const retryLater = responding(({ response: { body, http } }) => {
  const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
  const waits = errors.flatMap(({ extensions }) => (extensions as Partial<ErrorExtensions>).retryAfter ?? []);
  if (waits.length === 0) return;
  http.status = 429;
  http.headers.set('retry-after', String(Math.max(...waits)));
});

const TAGS: Hooks = {
  didEncounterErrors({ errors, contextValue }) {
    for (const error of errors) Object.assign(error.extensions, { requestId: contextValue.requestId });
  },
};

/** Adds the request's id to its errors, because the formatter of errors does not receive the request. */
export const tagErrors: Plugin = () => TAGS;

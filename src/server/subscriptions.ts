/**
 * Subscriptions over server-sent events: the "distinct connections mode" of the GraphQL over SSE protocol. Apollo parses, validates and limits the
 * operation, as it does for queries. graphql-sse sends the events.
 */
import { setTimeout } from 'node:timers/promises';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { Request, RequestHandler, Response } from 'express';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode, subscribe } from 'graphql';
import { createHandler } from 'graphql-sse/lib/use/express';
import type { ApiContext } from '../api';
import { Attachment } from '../attachment';
import { isObject } from '../jsonValues';
import { onAbort } from '../onAbort';
import type { RunControl } from '../sync';
import { MOST_ERRORS, type Plugin } from './apolloPlugins';
import type { ErrorFormatter } from './errors';
import { assertPreflight } from './preflight';
import { requestOf } from './watching/requests';

export const EVENT_STREAM = 'text/event-stream';

type Events = AsyncGenerator<ExecutionResult>;

/** The events of a subscription; null until it has begun. By the control of a context, because Apollo copies the context. */
const openings = new Attachment<RunControl, { events: Events | null }>('subscription');

const notAcceptable = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 406 } } });

/** Opens the events of a subscription. Throws the first error. */
async function eventsOf(args: Parameters<typeof subscribe>[0]): Promise<Events> {
  const result = await subscribe(args);
  if (Symbol.asyncIterator in result) return result as Events;
  throw result.errors?.[0] ?? new Error('a subscription has neither events nor errors');
}

/** Begins subscriptions instead of executing them. */
export const beginSubscriptions =
  (schema: GraphQLSchema): Plugin =>
  ({ contextValue }) => {
    const opening = openings.of(contextValue.control);
    return {
      didResolveOperation({ operation, document, request }) {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
          if (operation && opening)
            throw notAcceptable(`${EVENT_STREAM} is for subscriptions. Send queries and mutations with "Accept: application/json".`); // prettier-ignore
          return undefined;
        }
        if (!opening) throw notAcceptable(`Send subscriptions with "Accept: ${EVENT_STREAM}".`);
        const { variables: variableValues, operationName } = request;
        return eventsOf({ schema, document, contextValue, variableValues, operationName }).then((events) => {
          opening.events = events;
        });
      },
      responseForOperation: () =>
        opening?.events
          ? { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data: null } } }
          : null,
    };
  };

const isObjectOrNothing = (value: unknown): boolean => value === undefined || value === null || isObject(value);

/** The parameters of GET are JSON texts. */
function isObjectText(text: unknown): boolean {
  try {
    return text === undefined || isObject(JSON.parse(String(text)));
  } catch {
    return false;
  }
}

/** Whether a request is a well-formed operation that wants events. All others are for Apollo, which explains what is wrong. */
function wantsEvents(request: Request): boolean {
  const { method, query, body } = request as Request & { readonly body?: unknown };
  // Express parses the header, which takes long.
  if (!/text\//i.test(request.headers.accept ?? '')) return false;
  const answers = ['application/json', 'application/graphql-response+json', EVENT_STREAM];
  if (request.accepts(answers) !== EVENT_STREAM) return false;
  if (method === 'GET')
    return typeof query.query === 'string' && isObjectText(query.variables) && isObjectText(query.extensions);
  return (
    method === 'POST' &&
    Boolean(request.is('application/json')) &&
    isObject(body) &&
    typeof body.query === 'string' &&
    isObjectOrNothing(body.variables) &&
    isObjectOrNothing(body.extensions)
  );
}

const BETWEEN_CHECKS = 60_000;
const BETWEEN_DRAINS = 100;

/** Waits until the client has received everything, so that a slow client has no backlog in memory. */
async function drained(response: Response): Promise<void> {
  while (response.writableLength > 0 && !response.closed) await setTimeout(BETWEEN_DRAINS);
}

/** Ends the response when the server stops, or when the caller's token is no longer accepted. Without "complete", clients connect again. */
function endWith(response: Response, stopping: AbortSignal, authenticate: () => Promise<unknown>): void {
  const end = (): void => void response.end();
  const timer = setInterval(() => void authenticate().catch(end), BETWEEN_CHECKS).unref();
  const unfollow = onAbort(stopping, () => setImmediate(end));
  response.once('close', () => {
    clearInterval(timer);
    unfollow();
  });
}

interface Subscribing {
  readonly apollo: ApolloServer<ApiContext>;
  readonly contextOf: (request: Request, response: Response) => ApiContext;
  readonly formatError: ErrorFormatter;
  /** Admits a subscription until its response has ended. Throws RateLimited. */
  readonly admit: (request: Request, response: Response) => Promise<void>;
  /** Throws if the caller's token is no longer accepted. */
  readonly authenticate: (request: Request) => Promise<unknown>;
  readonly stopping: AbortSignal;
}

/** Formats the errors of an event, as those of a query. */
function formatted(result: ExecutionResult, response: Response, formatError: ErrorFormatter): ExecutionResult {
  if (!result.errors) return result;
  const request = requestOf(response);
  const errors = result.errors.slice(0, MOST_ERRORS).map((error) => {
    const { code = 'INTERNAL_SERVER_ERROR' } = error.extensions;
    Object.assign(error.extensions, { requestId: request.id });
    return formatError({ ...error.toJSON(), extensions: { ...error.extensions, code } }, error);
  });
  request.code = String(errors[0]?.extensions?.code);
  return { ...result, errors: errors as unknown as readonly GraphQLError[] };
}

/** Answers well-formed subscriptions. All other requests are for the next handler. */
export const serveSubscriptions =
  ({ apollo, contextOf, formatError, admit, authenticate, stopping }: Subscribing): RequestHandler =>
  async (request, response, next) => {
    if (!wantsEvents(request)) {
      next();
      return;
    }
    if (request.method === 'GET') assertPreflight(request, 'A GET request for events');
    await admit(request, response);
    // graphql-sse compares the header as a whole.
    request.headers.accept = EVENT_STREAM;
    // Proxies of the nginx family would hold events back.
    response.setHeader('x-accel-buffering', 'no');
    const opening: { events: Events | null } = { events: null };
    const handle = createHandler({
      // No "single connection mode".
      authenticate: () => null,
      async onSubscribe(_request, { query, variables, operationName }) {
        const contextValue = contextOf(request, response);
        openings.attach(contextValue.control, opening);
        const { body } = await apollo.executeOperation({ query, variables, operationName }, { contextValue });
        if (body.kind !== 'single') throw new Error('a subscription was answered in parts');
        endWith(response, stopping, () => authenticate(request));
        return opening.events ?? ({ data: null, ...body.singleResult } as ExecutionResult);
      },
      async onNext(_context, _request, result) {
        await drained(response);
        // Apollo has formatted the errors of an operation that did not begin.
        return opening.events ? formatted(result as ExecutionResult, response, formatError) : result;
      },
    });
    await handle(request, response);
  };

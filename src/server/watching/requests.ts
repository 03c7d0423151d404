/** Requests from their first header to the end of their answer: who watches over the server is told of each. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import type { ApolloServerPlugin } from '@apollo/server';
import { type FieldNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { ApiContext } from '../../api';
import type { RunControl } from '../../sync';

/** A request that is being answered; what is not known yet is null. */
export interface WatchedRequest {
  /** The client's own id, if it has the form of one. */
  readonly id: string;
  readonly response: Response;
  /** The root field of its operation, or that there are several. */
  field: string | null;
  /** Of the first error. */
  code: string | null;
  /** Why it was refused, in a word: which limit, or what was wrong with the token. */
  refusal: string | null;
}

export interface EndedRequest extends Pick<WatchedRequest, 'id' | 'field' | 'code' | 'refusal'> {
  readonly method: string;
  /** One of the addresses that the server has, or `other`. */
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
  /** The client went away before its answer had been sent. */
  readonly isAborted: boolean;
  /** Whether it was about GraphQL, and not about a page or a file. */
  readonly isGraphql: boolean;
  /** Who asked; null if nobody is known by name. */
  readonly viewer: string | null;
}

type RequestListener = (request: EndedRequest) => void;

const PATHS = ['/', '/graphql', '/health', '/ready', '/metrics'];
const OTHER_PATH = 'other';

const watched = new WeakMap<ServerResponse, WatchedRequest>();
const ofContext = new WeakMap<RunControl, WatchedRequest>();

/** The request that an answer belongs to. */
export function requestOf(response: ServerResponse): WatchedRequest {
  const request = watched.get(response);
  if (!request) throw new Error('the request is not watched');
  return request;
}

export const knownRequest = (response: ServerResponse): WatchedRequest | undefined => watched.get(response);

/** Notes why a request is refused: the code of its error, and a word that says more, for the metrics. */
export function noteRefusal(response: ServerResponse, code: string, refusal?: string): void {
  const request = watched.get(response);
  if (!request) return;
  request.code = code;
  request.refusal ??= refusal ?? null;
}

/** Whose request it is, as the authentication has found out. */
export const viewerNameOf = ({ locals }: Response): string | null =>
  (locals as { viewer?: { name: string } }).viewer?.name ?? null;

function requestIdOf(request: Request): string {
  const given = request.get('x-request-id');
  return given && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

function endedRequest(request: WatchedRequest, { method, path }: Request, start: number): EndedRequest {
  const { response, id, field, code, refusal } = request;
  const status = response.statusCode;
  return {
    id,
    field,
    code,
    refusal,
    method,
    path: PATHS.includes(path) ? path : OTHER_PATH,
    status,
    seconds: (performance.now() - start) / 1000,
    isAborted: !response.writableFinished,
    // The playground has the same address.
    isGraphql: path === '/graphql' && (field !== null || code !== null || status >= 400),
    viewer: viewerNameOf(response),
  };
}

/** The first of all handlers: gives each request its id, and tells `begin` of it; what that returns is told of its end. */
export const watchRequests =
  (begin: (request: WatchedRequest, incoming: Request) => RequestListener): RequestHandler =>
  (incoming, response, next) => {
    const start = performance.now();
    const { path, method } = incoming;
    const request: WatchedRequest = { id: requestIdOf(incoming), response, field: null, code: null, refusal: null };
    watched.set(response, request);
    response.setHeader('x-request-id', request.id);
    const end = begin(request, incoming);
    // Handlers of an address see a path of their own meanwhile.
    response.once('close', () => end(endedRequest(request, { path, method } as Request, start)));
    next();
  };

/** The context of an operation belongs to the request. Apollo makes a copy of it, which has the same control. */
export function follow<C extends ApiContext>(context: C, response: ServerResponse): C {
  ofContext.set(context.control, requestOf(response));
  return context;
}

/** The only root field of an operation, or that there are several. */
function rootField({ selectionSet: { selections } }: OperationDefinitionNode): string {
  const names = new Set(
    selections.map((selection) => (selection.kind === Kind.FIELD ? (selection satisfies FieldNode).name.value : null)),
  );
  const [first] = names;
  return names.size === 1 && first ? first : 'several';
}

/** Notes of each operation which field it asks for, and with which code it fails. */
export const noteOperations: ApolloServerPlugin<ApiContext> = {
  requestDidStart: ({ contextValue }) => {
    const request = ofContext.get(contextValue.control);
    if (!request) return Promise.resolve();
    return Promise.resolve({
      didResolveOperation: ({ operation }) => {
        if (operation) request.field = rootField(operation);
        return Promise.resolve();
      },
      willSendResponse: ({ response: { body } }) => {
        if (body.kind !== 'single') return Promise.resolve();
        const [error] = body.singleResult.errors ?? [];
        if (error) request.code = String(error.extensions?.code ?? 'INTERNAL_SERVER_ERROR');
        return Promise.resolve();
      },
    });
  },
};

/** Follows requests from their headers to the end of their responses, for logs, metrics and traces. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { type FieldNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { ApiContext } from '../../api';
import { Attachment } from '../../attachment';
import type { RunControl } from '../../sync';
import type { Plugin } from '../apolloPlugins';

/** A request that is being answered. Values that are not yet known are null. */
export interface WatchedRequest {
  /** The client's X-Request-Id, if it is valid. Otherwise a random id. */
  readonly id: string;
  readonly response: Response;
  /** The root field of the operation, or `several`. */
  field: string | null;
  /** The code of the first error. */
  code: string | null;
  /** The reason for a refusal in a word: the exceeded limit, or the fault of the token. */
  refusal: string | null;
}

export interface EndedRequest extends Pick<WatchedRequest, 'id' | 'field' | 'code' | 'refusal'> {
  readonly method: string;
  /** One of the server's paths, or `other`. */
  readonly path: string;
  readonly status: number;
  readonly seconds: number;
  /** Whether the client disconnected before its response was sent. */
  readonly isAborted: boolean;
  /** Whether the request is a GraphQL operation, and not for a page or a file. */
  readonly isGraphql: boolean;
  /** The caller's name; null if the caller is anonymous. */
  readonly viewer: string | null;
}

type RequestListener = (request: EndedRequest) => void;

const PATHS = ['/', '/graphql', '/health', '/ready', '/metrics'];
const OTHER_PATH = 'other';

const watched = new Attachment<ServerResponse, WatchedRequest>('watched request');
const ofContext = new Attachment<RunControl, WatchedRequest>('watched request');

/** The request of a response. Throws if the response is not followed. */
export function requestOf(response: ServerResponse): WatchedRequest {
  const request = watched.of(response);
  if (!request) throw new Error('the request is not watched');
  return request;
}

export const knownRequest = (response: ServerResponse): WatchedRequest | undefined => watched.of(response);

/** Records why a request is refused: the code of its error, and a word for the metrics. */
export function noteRefusal(response: ServerResponse, code: string, refusal?: string): void {
  const request = watched.of(response);
  if (!request) return;
  request.code = code;
  request.refusal ??= refusal ?? null;
}

/** The caller's name, after authentication. */
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
    // The playground has the same path.
    isGraphql: path === '/graphql' && (field !== null || code !== null || status >= 400),
    viewer: viewerNameOf(response),
  };
}

/** Must be the first handler. Gives each request an id, and calls `begin`. The returned function is called when the response has ended. */
export const watchRequests =
  (begin: (request: WatchedRequest, incoming: Request) => RequestListener): RequestHandler =>
  (incoming, response, next) => {
    const start = performance.now();
    const { path, method } = incoming;
    const request: WatchedRequest = { id: requestIdOf(incoming), response, field: null, code: null, refusal: null };
    watched.attach(response, request);
    response.setHeader('x-request-id', request.id);
    const end = begin(request, incoming);
    // Routers change `path` while their handlers run.
    response.once('close', () => end(endedRequest(request, { path, method } as Request, start)));
    next();
  };

/** Assigns the context of an operation to its request. Apollo copies the context, but the copy has the same control. */
export function follow<C extends ApiContext>(context: C, response: ServerResponse): C {
  ofContext.attach(context.control, requestOf(response));
  return context;
}

/** The only root field of an operation, or `several`. */
function rootField({ selectionSet: { selections } }: OperationDefinitionNode): string {
  const names = new Set(
    selections.map((selection) => (selection.kind === Kind.FIELD ? (selection satisfies FieldNode).name.value : null)),
  );
  const [first] = names;
  return names.size === 1 && first ? first : 'several';
}

/** Records the root field of each operation, and the code of its first error. */
export const noteOperations: Plugin = ({ contextValue }) => {
  const request = ofContext.of(contextValue.control);
  if (!request) return null;
  return {
    didResolveOperation: ({ operation }) => {
      if (operation) request.field = rootField(operation);
    },
    willSendResponse: ({ response: { body } }) => {
      if (body.kind !== 'single') return;
      const [error] = body.singleResult.errors ?? [];
      if (error) request.code = String(error.extensions?.code ?? 'INTERNAL_SERVER_ERROR');
    },
  };
};

/** Responses to requests that do not reach GraphQL. They have the form of GraphQL errors. */
import { finished } from 'node:stream';
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { CallError, RateLimited } from '../errors';
import { logFailure } from './watching/loggedError';
import { knownRequest, noteRefusal } from './watching/requests';

interface AnswerDetails {
  readonly headers?: Readonly<Record<string, string>>;
  /** The reason for the refusal in a word, for the metrics. */
  readonly refusal?: string;
  /** Seconds after which the request may succeed. */
  readonly retryAfter?: number;
}

/** The reason why a request is refused. The message is for the client. */
export class RequestFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly answer: AnswerDetails = {},
  ) {
    super(message);
  }
}

/** The failure with HTTP status 429. */
const rateLimited = ({ code, message, exceeded, retryAfter }: RateLimited): RequestFailure =>
  new RequestFailure(429, code, message, { refusal: exceeded, retryAfter });

export const badRequest = (message: string): RequestFailure => new RequestFailure(400, 'BAD_REQUEST', message);

export const bodyTooLarge = (bytes: number): RequestFailure =>
  new RequestFailure(
    413,
    'PAYLOAD_TOO_LARGE',
    `The request body is larger than ${bytes} bytes, not counting files. Send less, or upload a file.`,
  );

function failureOf(error: unknown, bodyBytes: number): RequestFailure {
  if (error instanceof RequestFailure) return error;
  if (error instanceof RateLimited) return rateLimited(error);
  if (error instanceof CallError)
    return new RequestFailure(error.code === 'PAYLOAD_TOO_LARGE' ? 413 : 400, error.code, error.message);
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.too.large') return bodyTooLarge(bodyBytes);
  if (type === 'entity.parse.failed') return badRequest('The request body is not JSON.');
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new RequestFailure(status, 'BAD_REQUEST', message ?? 'bad request');
  return new RequestFailure(500, 'INTERNAL_SERVER_ERROR', 'An unexpected error occurred on the server.');
}

const LONGEST_DRAIN = 5000;

/**
 * Answers a request whose body may still be arriving. The rest of the body is read for a while, because a client may not read the response before it
 * has sent everything. Then the connection closes.
 */
export function answerFailure(request: Request, response: Response, failure: RequestFailure): void {
  const { status, code, message, answer } = failure;
  const { headers = {}, refusal, retryAfter } = answer;
  noteRefusal(response, code, refusal);
  response.set(headers);
  if (retryAfter !== undefined) response.set('retry-after', String(retryAfter));
  const body = JSON.stringify({ errors: [{ message, extensions: { code, retryAfter } }] });
  response.status(status).type('json');
  if (request.complete) {
    response.send(body);
    return;
  }
  response.set({ connection: 'close', 'content-length': String(Buffer.byteLength(body)) });
  response.write(body);
  const timer = setTimeout(() => response.end(), LONGEST_DRAIN);
  finished(request, () => {
    clearTimeout(timer);
    response.end();
  });
  request.resume();
}

/** The last handler of an application. */
export const answerFailures =
  (bodyBytes: number, log: Logger): ErrorRequestHandler =>
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express knows a handler of errors by its four parameters
  (error, request, response, _next) => {
    const failure = failureOf(error, bodyBytes);
    const requestId = knownRequest(response)?.id;
    if (failure.status >= 500) logFailure(log, 'error', error, { requestId }, 'request failed');
    if (!response.headersSent) answerFailure(request, response, failure);
    // A client may disconnect after it has its response, before its body is read. Express would print a stack for that.
    else if (failure.status >= 500) response.destroy();
  };

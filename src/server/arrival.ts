/** Ends requests that arrive too slowly. A large upload may take long, as long as bytes arrive. */
import type { Server } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { answerFailure, RequestFailure } from './failures';

/** The least average rate of a body in each period. */
const LEAST_BYTES_PER_SECOND = 1000;

const tooSlow = (seconds: number): RequestFailure =>
  new RequestFailure(
    408,
    'REQUEST_TIMEOUT',
    `The request's body did not arrive in time: less than ${LEAST_BYTES_PER_SECOND * seconds} bytes within ${seconds} seconds.`,
  );

/** Whether the server has unread bytes, so that it reads no more. Then the client is not at fault. */
const isBehind = (request: Request): boolean =>
  request.readableLength >= request.readableHighWaterMark || request.socket.isPaused();

/** Checks a request once per period, until its body has arrived. */
function watch(request: Request, response: Response, seconds: number): void {
  const { socket } = request;
  let had = socket.bytesRead;
  const look = (): void => {
    const came = socket.bytesRead - had;
    had = socket.bytesRead;
    if (request.complete || came >= LEAST_BYTES_PER_SECOND * seconds || isBehind(request)) return;
    clearInterval(timer);
    // The reader of the body does not notice that the connection closes after the response.
    response.once('close', () => request.destroy());
    if (response.headersSent) response.destroy();
    else answerFailure(request, response, tooSlow(seconds));
  };
  // A busy server may not have read the bytes that have arrived. It does so between a timer and setImmediate.
  const timer = setInterval(() => setImmediate(look), seconds * 1000);
  timer.unref();
  const end = (): void => clearInterval(timer);
  request.once('close', end);
  request.once('end', end);
}

/** Ends requests whose bodies arrive too slowly within a period of this number of seconds. 0: no limit. */
export const endSlowBodies =
  (seconds: number): RequestHandler =>
  (request, response, next) => {
    if (seconds > 0 && !request.complete) watch(request, response, seconds);
    next();
  };

/** Makes a server end connections whose headers do not arrive. `endSlowBodies` checks bodies. */
export function endSlowHeaders(server: Server, seconds: number): void {
  server.headersTimeout = seconds * 1000;
  // A request timeout would end a large upload, however fast it arrives.
  server.requestTimeout = 0;
}

/** Ends requests that do not arrive. A large upload may take long as long as it comes on. */
import type { Server } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { answerFailure, RequestFailure } from './failures';

/** What a body has to bring on average over each period, until it is there. */
const LEAST_BYTES_PER_SECOND = 1000;

const tooSlow = (seconds: number): RequestFailure =>
  new RequestFailure(
    408,
    'REQUEST_TIMEOUT',
    `The request's body did not arrive in time: less than ${LEAST_BYTES_PER_SECOND * seconds} bytes within ${seconds} seconds.`,
  );

/** Whether bytes wait in the server, so that no more are read: the client is not to blame. */
const isBehind = (request: Request): boolean =>
  request.readableLength >= request.readableHighWaterMark || request.socket.isPaused();

/** Looks at a request once a period, until its body is there. */
function watch(request: Request, response: Response, seconds: number): void {
  const { socket } = request;
  let had = socket.bytesRead;
  const look = (): void => {
    const came = socket.bytesRead - had;
    had = socket.bytesRead;
    if (request.complete || came >= LEAST_BYTES_PER_SECOND * seconds || isBehind(request)) return;
    clearInterval(timer);
    // What reads the body hears nothing of a connection that closes after its answer.
    response.once('close', () => request.destroy());
    if (response.headersSent) response.destroy();
    else answerFailure(request, response, tooSlow(seconds));
  };
  // A server that was busy has not yet read what is there: it does so between a timer and setImmediate.
  const timer = setInterval(() => setImmediate(look), seconds * 1000);
  timer.unref();
  const end = (): void => clearInterval(timer);
  request.once('close', end);
  request.once('end', end);
}

/** Ends bodies that bring too little in a period of so many seconds; 0: none. */
export const endSlowBodies =
  (seconds: number): RequestHandler =>
  (request, response, next) => {
    if (seconds > 0 && !request.complete) watch(request, response, seconds);
    next();
  };

/** Has a server end connections whose headers do not arrive. Bodies are looked after by `endSlowBodies`. */
export function endSlowHeaders(server: Server, seconds: number): void {
  server.headersTimeout = seconds * 1000;
  // It would end a large upload, however fast that comes.
  server.requestTimeout = 0;
}

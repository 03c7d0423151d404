/** Handlers that run one after the other, without Express in between. */
import type { RequestHandler } from 'express';

/**
 * Several handlers as one. For each handler of its own, Express compares the path of the request, and changes it for the time of the call. With a dozen
 * handlers, that adds up in small calls.
 */
export const chain =
  (...handlers: readonly RequestHandler[]): RequestHandler =>
  (request, response, next) => {
    const goOn = (place: number): void => {
      const handler = handlers[place];
      if (!handler) {
        next();
        return;
      }
      try {
        const done = handler(request, response, (error?: unknown) => (error ? next(error) : goOn(place + 1)));
        if (done instanceof Promise) done.catch(next);
      } catch (error) {
        next(error);
      }
    };
    goOn(0);
  };

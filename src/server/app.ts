/** The HTTP application: GraphQL, the playground, and two addresses for whoever watches over the server. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { processRequest } from 'graphql-upload-minimal';
import type { Logger } from 'pino';
import { type ApiContext, makeContext, makeSchema, type Services } from '../api';
import { errorFormatter } from './errors';
import { renderPlayground } from './playground';

const MOST_FILES = 1000;

interface CallFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const answerOf = ({ code, message }: CallFailure): object => ({ errors: [{ message, extensions: { code } }] });

/** A body that could not be read at all is told in GraphQL's words too. */
function bodyFailure(error: unknown, bodyBytes: number): CallFailure {
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.too.large' || status === 413)
    return {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: `The request's body is larger than ${bodyBytes} bytes: send less, or upload a file.`,
    };
  if (type === 'entity.parse.failed')
    return { status: 400, code: 'BAD_REQUEST', message: 'The request’s body is no JSON.' };
  const known = typeof status === 'number' && status >= 400 && status < 500;
  return {
    status: known ? status : 500,
    code: known ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR',
    message: known ? (message ?? 'bad request') : 'Something went wrong on the server.',
  };
}

const answerFailures =
  (bodyBytes: number, log: Logger): ErrorRequestHandler =>
  (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const failure = bodyFailure(error, bodyBytes);
    if (failure.status >= 500) log.error({ err: error as Error }, 'request failed');
    response.status(failure.status).json(answerOf(failure));
  };

/** Multipart requests, after the GraphQL multipart request specification. */
const uploads: RequestHandler = (request, response, next) => {
  if (!request.is('multipart/form-data')) {
    next();
    return;
  }
  processRequest(request, response, { maxFiles: MOST_FILES }).then(
    (body) => {
      request.body = body as unknown;
      next();
    },
    (error: unknown) => next(error),
  );
};

export interface App {
  readonly express: Express;
  /** Lets running requests finish. */
  stop(): Promise<void>;
}

/** The application on an HTTP server that is not listening yet. */
export async function makeApp(services: Services, log: Logger, attach: (express: Express) => Server): Promise<App> {
  const { database, limits } = services;
  const app = express();
  app.disable('x-powered-by');
  const httpServer = attach(app);
  const apollo = new ApolloServer<ApiContext>({
    schema: await makeSchema(),
    csrfPrevention: true,
    introspection: true,
    // The process decides how it ends (main.ts).
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    formatError: errorFormatter(database.dialect, log),
    plugins: [
      ApolloServerPluginDrainHttpServer({ httpServer }),
      ApolloServerPluginLandingPageDisabled(),
      {
        // A client that accepts plain JSON alone cannot tell a GraphQL answer from an answer of something in between by a
        // status other than 200 (GraphQL over HTTP, 6.4.1).
        requestDidStart: ({ request }) =>
          Promise.resolve({
            willSendResponse: ({ response }) => {
              const accepted = request.http?.headers.get('accept') ?? '';
              if (!accepted.includes('application/graphql-response+json')) response.http.status = 200;
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
  await apollo.start();

  const playground = renderPlayground();
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', (_request, response) => {
    database.reader.raw('SELECT 1').then(
      () => response.json({ status: 'ok' }),
      () => response.status(503).json({ status: 'database unavailable' }),
    );
  });
  app.get('/', (_request, response) => void response.type('html').send(playground));
  app.get('/graphql', (request, response, next) => {
    const isBrowser =
      request.query.query === undefined &&
      request.accepts(['application/json', 'application/graphql-response+json', 'text/html']) === 'text/html';
    if (isBrowser) response.type('html').send(playground);
    else next();
  });
  app.use(
    '/graphql',
    uploads,
    express.json({ limit: limits.bodyBytes > 0 ? limits.bodyBytes : Infinity }),
    expressMiddleware(apollo, { context: () => Promise.resolve(makeContext(services, randomUUID())) }),
  );
  app.use(
    (_request, response) =>
      void response
        .status(404)
        .json(answerOf({ status: 404, code: 'NOT_FOUND', message: 'There is nothing here; GraphQL is at /graphql.' })),
  );
  app.use(answerFailures(limits.bodyBytes, log));
  return { express: app, stop: () => apollo.stop() };
}

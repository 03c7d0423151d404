/** The HTTP application: GraphQL, the playground, and two addresses for whoever watches over the server. */
import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import { makeContext, makeSchema, type Services } from '../api';
import { assertOwnTables, type Database } from '../database';
import { CallError } from '../errors';
import { makeApollo, PREFLIGHT_HEADERS } from './apollo';
import { endSlowBodies, endSlowHeaders } from './arrival';
import { answerFailure, answerFailures, badRequest, RequestFailure } from './failures';
import { checkHosts, type HostSettings } from './hosts';
import { assertFewValues } from './jsonSize';
import { type MultipartLimits, readMultipart } from './multipart';
import { boundOperations } from './operationBounds';
import { makePlayground, PLAYGROUND_FILES, PLAYGROUND_SOURCES, playgroundFiles } from './playground';
import type { Settings } from './settings';
import { makeStopper } from './stopping';

const LONGEST_CHECK = 5000;

/** Multipart requests: their files are on disk until `handle` is done with them. */
const uploads =
  (
    limits: MultipartLimits,
    bound: RequestHandler,
    handle: (...call: Parameters<RequestHandler>) => unknown,
  ): RequestHandler =>
  async (request, response, next) => {
    if (!request.is('multipart/form-data')) {
      next();
      return;
    }
    if (!PREFLIGHT_HEADERS.some((name) => request.get(name)))
      throw badRequest(
        `A multipart request requires one of these headers, with any value: ${PREFLIGHT_HEADERS.join(', ')}.`,
      );
    const { operations, files } = await readMultipart(request, limits);
    try {
      request.body = operations;
      await bound(request, response, () => undefined);
      await handle(request, response, next);
    } finally {
      for (const file of files) await file.remove();
    }
  };

/** The client's own id, if it has the form of one. */
function requestIdOf(request: Request): string {
  const given = request.get('x-request-id');
  return given && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

const UNAVAILABLE = 'database unavailable';
type Readiness = 'ok' | typeof UNAVAILABLE | 'own tables unusable';

/** Whether the database answers in time, and has nsync's own tables. Who asks while it has not answered yet waits for the same answer. */
function readiness(database: Database): () => Promise<Readiness> {
  let asked: Promise<Readiness> | null = null;
  const ask = (): Promise<Readiness> =>
    assertOwnTables(database)
      .then(
        () => 'ok' as const,
        (error: unknown) =>
          database.dialect.explainFailure(error)?.kind === 'outage' ? UNAVAILABLE : 'own tables unusable',
      )
      .finally(() => (asked = null));
  return async () => {
    const late = new AbortController();
    const answer = await Promise.race<Readiness>([
      (asked ??= ask()),
      setTimeout<Readiness>(LONGEST_CHECK, UNAVAILABLE, { signal: late.signal }).catch((): Readiness => UNAVAILABLE),
    ]);
    late.abort();
    return answer;
  };
}

/**
 * Headers for every answer: what the playground may load, that no other page may frame it, and no type but the one that is told. Nothing
 * of CORS: no page of another site reads an answer. A proxy that has a certificate knows about Strict-Transport-Security.
 */
const securityHeaders = helmet({
  contentSecurityPolicy: { useDefaults: false, directives: { ...PLAYGROUND_SOURCES } },
  frameguard: { action: 'deny' },
  strictTransportSecurity: false,
});

/** JSON is UTF-8 (RFC 8259). */
const verifyJson =
  (limits: MultipartLimits) =>
  (_request: unknown, _response: unknown, body: Buffer, encoding: string): void => {
    if (encoding !== 'utf-8') throw new CallError('BAD_USER_INPUT', `The JSON of a request is UTF-8, not ${encoding}.`);
    assertFewValues(body, limits);
  };

/** A browser asks by OPTIONS whether a page of another site may send a request: it may not. */
const refusePreflights: RequestHandler = ({ method }, _response, next) => {
  if (method === 'OPTIONS')
    throw new RequestFailure(405, 'BAD_REQUEST', 'This server takes no OPTIONS: pages of other sites cannot use it.');
  next();
};

export type AppSettings = HostSettings & Pick<Settings, 'bodyTimeoutSeconds' | 'stopSeconds'>;

export interface App {
  readonly express: Express;
  /** Lets running requests finish, for the time of the settings. */
  stop(): Promise<void>;
}

/** The application on an HTTP server that is not listening yet. */
export async function makeApp(
  services: Services,
  settings: AppSettings,
  log: Logger,
  attach: (express: Express) => Server,
): Promise<App> {
  const { database, limits } = services;
  const app = express();
  app.disable('x-powered-by');
  const server = attach(app);
  endSlowHeaders(server, settings.bodyTimeoutSeconds);
  const stopper = makeStopper(server, settings.stopSeconds);
  app.use(endSlowBodies(settings.bodyTimeoutSeconds), securityHeaders, checkHosts(settings), refusePreflights);
  const schema = await makeSchema();
  const apollo = await makeApollo(services, log, schema);
  await apollo.start();

  const isReady = readiness(database);
  const playground = makePlayground(services);
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', (_request, response) => {
    void isReady().then((status) => response.status(status === 'ok' ? 200 : 503).json({ status }));
  });
  const sendPlayground = (response: Response): void => void response.type('html').send(playground());
  app.get('/', (_request, response) => sendPlayground(response));
  app.use(PLAYGROUND_FILES, playgroundFiles());
  app.get('/graphql', (request, response, next) => {
    const isBrowser =
      request.query.query === undefined &&
      request.accepts(['application/json', 'application/graphql-response+json', 'text/html']) === 'text/html';
    if (isBrowser) sendPlayground(response);
    else next();
  });
  const bound = boundOperations(schema, limits);
  const graphql = expressMiddleware(apollo, {
    context: ({ req }) => Promise.resolve(makeContext(services, requestIdOf(req), { signal: stopper.signal })),
  });
  app.use(
    '/graphql',
    uploads(limits, bound, graphql),
    express.json({ limit: limits.bodyBytes > 0 ? limits.bodyBytes : Infinity, verify: verifyJson(limits) }),
    bound,
    graphql,
  );
  app.use((request, response) => {
    answerFailure(
      request,
      response,
      new RequestFailure(404, 'NOT_FOUND', 'No page has this address. GraphQL is at /graphql.'),
    );
  });
  app.use(answerFailures(limits.bodyBytes, log));
  return {
    express: app,
    stop: async () => {
      await stopper.stop();
      await apollo.stop();
    },
  };
}

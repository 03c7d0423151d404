/** The HTTP application: GraphQL, the playground, and the addresses for monitoring. */
import type { Server } from 'node:http';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { keyInHeader, makeContext, makeSchema, type Services } from '../api';
import { CallError } from '../errors';
import { makeApollo, PREFLIGHT_HEADERS } from './apollo';
import { admitsRequest, authenticate, makeAuthentication, viewerOf } from './authentication';
import { endSlowBodies, endSlowHeaders } from './arrival';
import { answerFailure, answerFailures, badRequest, RequestFailure } from './failures';
import { securityHeaders } from './headers';
import { checkHosts, type HostSettings } from './hosts';
import { assertFewValues } from './jsonSize';
import { makeJwtVerifier } from './jwt';
import { type MultipartLimits, readMultipart } from './multipart';
import type { NetworkSettings } from './networkSettings';
import { boundOperations } from './operationBounds';
import { servePlayground } from './playground';
import { trustProxies } from './proxies';
import type { Settings } from './settings';
import { makeStopper } from './stopping';
import type { Traffic } from './traffic/traffic';
import { METRICS_PATH, metricsPage } from './watching/metricsPage';
import { follow, requestOf } from './watching/requests';
import type { Watch } from './watching/watch';

/** Handles multipart requests. Their files stay on disk until `handle` has finished. */
const uploads =
  (
    limits: MultipartLimits,
    beginUpload: Traffic['beginUpload'],
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
    const room = beginUpload();
    try {
      const { operations, files } = await readMultipart(request, limits, room.take);
      try {
        request.body = operations;
        await bound(request, response, () => undefined);
        await handle(request, response, next);
      } finally {
        for (const file of files) await file.remove();
      }
    } finally {
      room.giveBack();
    }
  };

/** JSON is UTF-8 (RFC 8259). */
const verifyJson =
  (limits: MultipartLimits) =>
  (_request: unknown, _response: unknown, body: Buffer, encoding: string): void => {
    if (encoding !== 'utf-8') throw new CallError('BAD_USER_INPUT', `The JSON of a request is UTF-8, not ${encoding}.`);
    assertFewValues(body, limits);
  };

/** Refuses CORS preflight requests (OPTIONS): pages of other sites may not send requests. */
const refusePreflights: RequestHandler = ({ method }, _response, next) => {
  if (method === 'OPTIONS')
    throw new RequestFailure(405, 'BAD_REQUEST', 'This server takes no OPTIONS: pages of other sites cannot use it.');
  next();
};

type AppSettings = HostSettings &
  NetworkSettings &
  Pick<Settings, 'bodyTimeoutSeconds' | 'isInsecure' | 'metricsPort' | 'stopSeconds' | 'trustedProxies'>;

interface App {
  readonly express: Express;
  /** Waits for running requests to finish, up to the time in the settings. */
  stop(): Promise<void>;
}

/** `/health`, `/ready` and, unless the metrics have a separate port, `/metrics`. */
function serveWatchers(
  app: Express,
  watch: Watch,
  { metricsPort }: AppSettings,
  authentication: ReturnType<typeof makeAuthentication>,
): void {
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get('/ready', (_request, response) => {
    void watch.isReady().then((status) => response.status(status === 'ok' ? 200 : 503).json({ status }));
  });
  if (metricsPort === null)
    app.get(
      METRICS_PATH,
      authenticate(authentication),
      metricsPage(watch.metrics, (response) => viewerOf(response).access.mayRead),
    );
}

/** Runs the operation in a parsed body, with a context for the caller. */
const graphqlHandler = (
  apollo: Awaited<ReturnType<typeof makeApollo>>,
  services: Services,
  watch: Watch,
  traffic: Traffic,
  signal: AbortSignal,
): RequestHandler =>
  expressMiddleware(apollo, {
    context: ({ req, res }) => {
      const response = res as Response;
      const requestId = requestOf(response).id;
      const control = { signal, observer: watch.observerOf(response) };
      const admitRun = traffic.admissionOf(req, response);
      const origin = { requestId, viewer: viewerOf(response), keyInHeader: keyInHeader(req.get('idempotency-key')) };
      const context = makeContext(services, { ...origin, control, admitRun });
      return Promise.resolve(follow(context, response));
    },
  });

/** Answers requests that no other handler has answered. */
function serveFailures(app: Express, bodyBytes: number, log: Logger): void {
  app.use((request, response) => {
    answerFailure(
      request,
      response,
      new RequestFailure(404, 'NOT_FOUND', 'No page has this address. GraphQL is at /graphql.'),
    );
  });
  app.use(answerFailures(bodyBytes, log));
}

/** The application on an HTTP server that is not listening yet. */
export async function makeApp(
  services: Services,
  settings: AppSettings,
  watch: Watch,
  traffic: Traffic,
  log: Logger,
  attach: (express: Express) => Server,
): Promise<App> {
  const { database, limits } = services;
  const app = express();
  app.disable('x-powered-by');
  trustProxies(app, settings.trustedProxies);
  const server = attach(app);
  endSlowHeaders(server, settings.bodyTimeoutSeconds);
  const stopper = makeStopper(server, settings.stopSeconds);
  app.use(
    watch.requests,
    endSlowBodies(settings.bodyTimeoutSeconds),
    securityHeaders(settings),
    checkHosts(settings),
    refusePreflights,
  );
  const schema = await makeSchema();
  const apollo = await makeApollo(services, log, { schema, introspection: settings.introspection });
  await apollo.start();

  const { identityProvider } = settings;
  const verifier = identityProvider && (await makeJwtVerifier(identityProvider, log));
  const authentication = makeAuthentication(
    database,
    { admitsAnonymous: admitsRequest(settings), verifier, attempts: traffic.attempts },
    log,
  );
  serveWatchers(app, watch, settings, authentication);
  if (settings.playground) servePlayground(app, services, authentication);
  const bound = boundOperations(schema, limits);
  const graphql = graphqlHandler(apollo, services, watch, traffic, stopper.signal);
  app.use(
    '/graphql',
    authenticate(authentication),
    traffic.limitCalls,
    traffic.limitBodies,
    uploads(limits, traffic.beginUpload, bound, graphql),
    express.json({ limit: limits.bodyBytes > 0 ? limits.bodyBytes : Infinity, verify: verifyJson(limits) }),
    bound,
    graphql,
  );
  serveFailures(app, limits.bodyBytes, log);
  return {
    express: app,
    stop: async () => {
      await stopper.stop();
      await apollo.stop();
    },
  };
}

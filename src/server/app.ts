/** The HTTP application: GraphQL, the playground, and the addresses for monitoring. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { expressMiddleware } from '@as-integrations/express5';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { type ApiContext, keyInHeader, makeContext, makeSchema, type Services } from '../api';
import { CallError } from '../errors';
import { makeApollo } from './apollo';
import { admitsRequest, authenticate, makeAuthentication, viewerOf } from './authentication';
import { endSlowBodies, endSlowHeaders } from './arrival';
import { chain } from './chain';
import { classesOf, listener } from './directRoute';
import { errorFormatter } from './errors';
import { answerFailure, answerFailures, RequestFailure } from './failures';
import { securityHeaders } from './headers';
import { checkHosts, type HostSettings } from './hosts';
import { assertFewValues } from './jsonSize';
import { makeJwtVerifier } from './jwt';
import { type MultipartLimits, readMultipart } from './multipart';
import type { NetworkSettings } from './networkSettings';
import { boundOperations } from './operationBounds';
import { servePlayground } from './playground';
import { assertPreflight } from './preflight';
import { trustProxies } from './proxies';
import type { Settings } from './settings';
import { makeStopper } from './stopping';
import { serveSubscriptions } from './subscriptions';
import type { Traffic } from './traffic/traffic';
import { inTurns } from './turns';
import { METRICS_PATH, metricsPage } from './watching/metricsPage';
import { follow, requestOf } from './watching/requests';
import type { Watch } from './watching/watch';

/** Express parses the header, which takes long. */
const isMultipart = (request: Request): boolean =>
  /multipart\//i.test(request.headers['content-type'] ?? '') && Boolean(request.is('multipart/form-data'));

/** Handles multipart requests. Their files stay on disk until `handle` has finished. */
const uploads =
  (
    limits: MultipartLimits,
    beginUpload: Traffic['beginUpload'],
    bound: RequestHandler,
    handle: (...call: Parameters<RequestHandler>) => unknown,
  ): RequestHandler =>
  async (request, response, next) => {
    if (!isMultipart(request)) {
      next();
      return;
    }
    assertPreflight(request, 'A multipart request');
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
  (limits: MultipartLimits, noteBody: Traffic['noteBody']) =>
  (_request: unknown, response: ServerResponse, body: Buffer, encoding: string): void => {
    noteBody(response, body.length);
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

/** The interval in milliseconds in which Node checks for connections whose headers do not arrive. */
const SERVER_OPTIONS = { connectionsCheckingInterval: 1000 };

interface App {
  /** It does not listen yet. */
  readonly server: Server;
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

/** Returns a function that creates the context of a request for its caller. */
const contextMaker =
  (services: Services, watch: Watch, traffic: Traffic, signal: AbortSignal) =>
  (request: Request, response: Response): ApiContext => {
    const requestId = requestOf(response).id;
    const control = { signal, observer: watch.observerOf(response) };
    const admitRun = traffic.admissionOf(request, response);
    const origin = {
      requestId,
      viewer: viewerOf(response),
      keyInHeader: keyInHeader(request.get('idempotency-key')),
      control,
      admitRun,
    };
    return follow(makeContext(services, origin), response);
  };

interface Graphql {
  readonly apollo: Awaited<ReturnType<typeof makeApollo>>;
  readonly contextOf: (request: Request, response: Response) => ApiContext;
  readonly bound: RequestHandler;
  readonly authentication: ReturnType<typeof makeAuthentication>;
  readonly formatError: ReturnType<typeof errorFormatter>;
  readonly limits: Services['limits'];
  readonly traffic: Traffic;
  readonly stopping: AbortSignal;
}

/** Returns the handler of queries, mutations and subscriptions. */
function graphqlHandler({
  apollo,
  contextOf,
  bound,
  authentication,
  formatError,
  limits,
  traffic,
  stopping,
}: Graphql): RequestHandler {
  const graphql = expressMiddleware(apollo, {
    context: ({ req, res }) => Promise.resolve(contextOf(req, res as Response)),
  });
  return chain(
    inTurns(),
    authenticate(authentication),
    traffic.limitCalls,
    traffic.limitBodies,
    uploads(limits, traffic.beginUpload, bound, graphql),
    express.json({
      limit: limits.bodyBytes > 0 ? limits.bodyBytes : Infinity,
      verify: verifyJson(limits, traffic.noteBody),
    }),
    bound,
    serveSubscriptions({
      apollo,
      contextOf,
      formatError,
      admit: traffic.admitSubscription,
      authenticate: (request) => authentication.viewerOf(request),
      stopping,
    }),
    graphql,
  );
}

/** Answers requests that no other handler has answered. */
const refuseUnknown: RequestHandler = (request, response) => {
  const failure = new RequestFailure(404, 'NOT_FOUND', 'No page has this address. GraphQL is at /graphql.');
  answerFailure(request, response, failure);
};

const GRAPHQL_PATH = '/graphql';

/** The application, on a server that is not listening yet. */
export async function makeApp(
  services: Services,
  settings: AppSettings,
  watch: Watch,
  traffic: Traffic,
  log: Logger,
): Promise<App> {
  const { database, limits } = services;
  const app = express();
  app.disable('x-powered-by');
  // Responses are not cached, so a hash of each would be in vain. Files have their own.
  app.disable('etag');
  trustProxies(app, settings.trustedProxies);
  const server = createServer({ ...SERVER_OPTIONS, ...classesOf(app) });
  endSlowHeaders(server, settings.bodyTimeoutSeconds);
  const stopper = makeStopper(server, settings.stopSeconds);
  const first = chain(
    watch.requests,
    endSlowBodies(settings.bodyTimeoutSeconds),
    securityHeaders(settings),
    checkHosts(settings),
    refusePreflights,
  );
  app.use(first);
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
  const graphql = graphqlHandler({
    apollo,
    contextOf: contextMaker(services, watch, traffic, stopper.signal),
    bound: boundOperations(schema, limits),
    authentication,
    formatError: errorFormatter(database.dialect, log),
    limits,
    traffic,
    stopping: stopper.stopping,
  });
  const fail = answerFailures(limits.bodyBytes, log);
  app.use(GRAPHQL_PATH, graphql);
  app.use(refuseUnknown, fail);
  const handle = chain(first, graphql, refuseUnknown);
  server.on('request', listener(app, { method: 'POST', url: GRAPHQL_PATH, handle, fail }));
  return {
    server,
    stop: async () => {
      await stopper.stop();
      await apollo.stop();
    },
  };
}

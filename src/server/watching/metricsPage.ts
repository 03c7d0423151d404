/** /metrics: on the server's own port for callers that may read, or on a separate port without authentication. */
import { createServer, type Server } from 'node:http';
import express, { type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { answerFailures, RequestFailure } from '../failures';
import { checkHosts, type HostSettings } from '../hosts';
import type { Metrics } from './metrics';

export const METRICS_PATH = '/metrics';

/** Whether the caller of a request may read the metrics. */
type MayScrape = (response: Response) => boolean;

export const metricsPage =
  (metrics: Metrics, mayScrape: MayScrape): RequestHandler =>
  async (_request, response) => {
    if (!mayScrape(response))
      throw new RequestFailure(403, 'FORBIDDEN', 'To read the metrics, a token needs the scope read.');
    const text = await metrics.text();
    response.set('content-type', metrics.contentType).send(text);
  };

/** A server for metrics only, which is not listening yet. */
export function metricsServer(metrics: Metrics, settings: HostSettings, log: Logger): Server {
  const app = express();
  app.disable('x-powered-by');
  app.use(checkHosts(settings));
  app.get(
    METRICS_PATH,
    metricsPage(metrics, () => true),
  );
  app.use(() => {
    throw new RequestFailure(404, 'NOT_FOUND', `This port has the metrics at ${METRICS_PATH} alone.`);
  });
  app.use(answerFailures(0, log));
  return createServer(app);
}

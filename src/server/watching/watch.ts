/** All monitoring of a server: metrics, traces and logs of its requests and runs. */
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { Attachment } from '../../attachment';
import type { Database } from '../../database';
import { type RunObserver, type RunWatcher, UNOBSERVED } from '../../sync';
import { type ReadinessCheck, readiness } from '../readiness';
import { logFailure } from './loggedError';
import { type LogContext, logRequest, logRuns } from './logs';
import { makeMetrics, type Metrics } from './metrics';
import { requestOf, viewerNameOf, type WatchedRequest, watchRequests } from './requests';
import { type RequestTrace, startTracing } from './tracing';

export interface Watch {
  readonly metrics: Metrics;
  readonly isReady: ReadinessCheck;
  /** Must be the first handler. */
  readonly requests: RequestHandler;
  /** The observer of the runs of a request. */
  observerOf(response: Response): RunObserver;
  /** The observer of a queued run, which an earlier request has queued. */
  observerOfQueued(requestId: string, startedBy: string | null): RunObserver;
  stop(): Promise<void>;
}

/** Combines observers. An observer that throws does not affect the run. */
function observedBy(observers: readonly RunObserver[], log: Logger): RunObserver {
  const safely = <T>(work: () => T, otherwise: T): T => {
    try {
      return work();
    } catch (error) {
      logFailure(log, 'warn', error, {}, 'cannot watch a run');
      return otherwise;
    }
  };
  return (run) => {
    const watchers = observers.map((observer) => safely<RunWatcher>(() => observer(run), UNOBSERVED));
    const tell = (work: (watcher: RunWatcher) => void): void =>
      watchers.forEach((watcher) => safely(() => work(watcher), undefined));
    return {
      recorded: (id) => tell((watcher) => watcher.recorded(id)),
      step: (step, rows) => {
        const ends = watchers.map((watcher) => safely(() => watcher.step(step, rows), () => undefined)); // prettier-ignore
        return () => ends.forEach((end) => safely(end, undefined));
      },
      rowsDone: (source, rows) => tell((watcher) => watcher.rowsDone(source, rows)),
      end: (end) => tell((watcher) => watcher.end(end)),
      endsElsewhere: () => tell((watcher) => watcher.endsElsewhere()),
    };
  };
}

export async function startWatch(
  database: Database,
  { tracesUrl }: { readonly tracesUrl: string | null },
  log: Logger,
): Promise<Watch> {
  const isReady = readiness(database);
  const metrics = makeMetrics(database, isReady);
  const tracing = await startTracing(tracesUrl, log);
  const traces = new Attachment<WatchedRequest, RequestTrace>('trace');
  const contextOf = (request: WatchedRequest): LogContext => {
    const traceId = traces.of(request)?.traceId;
    return {
      requestId: request.id,
      viewer: viewerNameOf(request.response),
      ...(traceId === undefined ? {} : { traceId }),
    };
  };
  return {
    metrics,
    isReady,
    requests: watchRequests((request, { path, method, headers }) => {
      const trace = path === '/graphql' ? tracing.begin(request.id, method, headers) : null;
      if (trace) traces.attach(request, trace);
      return (ended) => {
        metrics.request(ended);
        trace?.end(ended);
        logRequest(log, contextOf(request), ended);
      };
    }),
    observerOf(response) {
      const request = requestOf(response);
      const trace = traces.of(request);
      const lines = logRuns(log, database.dialect, () => contextOf(request));
      return observedBy([metrics.observer, lines, ...(trace ? [trace.observer] : [])], log);
    },
    observerOfQueued(requestId, viewer) {
      return observedBy([metrics.observer, logRuns(log, database.dialect, () => ({ requestId, viewer }))], log);
    },
    async stop() {
      metrics.stop();
      await tracing.stop();
    },
  };
}

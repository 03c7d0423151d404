/** Traces of requests and their runs, sent to a collector if the settings name one. Otherwise nothing that makes or sends spans is loaded. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { RunObserver } from '../../sync';
import type { EndedRequest } from './requests';

export interface RequestTrace {
  readonly traceId: string;
  /** Of the runs that the request asks for. */
  readonly observer: RunObserver;
  end(request: EndedRequest): void;
}

export interface Tracing {
  /** Begins the trace of a request, or goes on with its caller's; null if the request is not traced. */
  begin(id: string, method: string, headers: IncomingHttpHeaders): RequestTrace | null;
  /** Sends what has not been sent yet, for a time. */
  stop(): Promise<void>;
}

const NO_TRACING: Tracing = { begin: () => null, stop: () => Promise.resolve() };

/** `url`: where spans are sent to, by OTLP as JSON over HTTP; null: nowhere. */
export async function startTracing(url: string | null, log: Logger): Promise<Tracing> {
  if (url === null) return NO_TRACING;
  const { startOtlp } = await import('./otlp.js');
  return startOtlp(url, log);
}

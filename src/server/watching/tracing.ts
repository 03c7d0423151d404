/** Traces of requests and their runs, which are sent to a collector if the settings name one. Otherwise the tracing libraries are not loaded. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { RunObserver } from '../../sync';
import type { EndedRequest } from './requests';

export interface RequestTrace {
  readonly traceId: string;
  /** The observer of the request's runs. */
  readonly observer: RunObserver;
  end(request: EndedRequest): void;
}

export interface Tracing {
  /** Begins the trace of a request, or continues its caller's trace. Null if the request is not traced. */
  begin(id: string, method: string, headers: IncomingHttpHeaders): RequestTrace | null;
  /** Sends the remaining spans, up to a time limit. */
  stop(): Promise<void>;
}

const NO_TRACING: Tracing = { begin: () => null, stop: () => Promise.resolve() };

/** `url`: the collector, which receives OTLP as JSON over HTTP. Null: no tracing. */
export async function startTracing(url: string | null, log: Logger): Promise<Tracing> {
  if (url === null) return NO_TRACING;
  const { startOtlp } = await import('./otlp.js');
  return startOtlp(url, log);
}

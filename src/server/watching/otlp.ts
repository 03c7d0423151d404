/** OpenTelemetry spans, which are sent with OTLP. This file is loaded only if a collector is set. */
import { setTimeout } from 'node:timers/promises';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import { packageVersion } from '../../packageFiles';
import { logFailure } from './loggedError';
import { runSpans } from './runSpans';
import type { Tracing } from './tracing';

const NAME = 'graphql-nsync';
/** The least milliseconds between two warnings about an unavailable collector. */
const BETWEEN_WARNINGS = 60_000;
/** The most milliseconds for sending the remaining spans when the server stops. */
const LONGEST_STOP = 2000;

/** The accessors of headers for the propagator. */
const HEADERS = {
  keys: (headers: Readonly<Record<string, unknown>>) => Object.keys(headers),
  get: (headers: Readonly<Record<string, unknown>>, name: string) => headers[name] as string | undefined,
};

function warnOfFailures(log: Logger): void {
  let warnedAt = -Infinity;
  setGlobalErrorHandler((error) => {
    if (performance.now() - warnedAt < BETWEEN_WARNINGS) return;
    warnedAt = performance.now();
    logFailure(log, 'warn', error, {}, 'cannot send traces');
  });
}

export function startOtlp(url: string, log: Logger): Tracing {
  warnOfFailures(log);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': NAME, 'service.version': packageVersion() }))
    .merge(detectResources({ detectors: [envDetector] }));
  const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter({ url }))];
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  const tracer = provider.getTracer(NAME, packageVersion());
  const propagator = new W3CTraceContextPropagator();
  return {
    begin(id, method, headers) {
      const caller = propagator.extract(ROOT_CONTEXT, headers, HEADERS);
      const attributes = { 'http.request.method': method, 'url.path': '/graphql', 'nsync.request': id };
      const span = tracer.startSpan(`${method} /graphql`, { kind: SpanKind.SERVER, attributes }, caller);
      return {
        traceId: span.spanContext().traceId,
        observer: runSpans(tracer, trace.setSpan(caller, span)),
        end({ status, field, code, viewer }) {
          span.setAttributes({
            'http.response.status_code': status,
            ...(field === null ? {} : { 'nsync.field': field }),
            ...(code === null ? {} : { 'error.type': code }),
            ...(viewer === null ? {} : { 'nsync.viewer': viewer }),
          });
          if (status >= 500 || code === 'INTERNAL_SERVER_ERROR') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    async stop() {
      const late = new AbortController();
      const stopped = provider.shutdown().catch(() => undefined);
      await Promise.race([
        stopped,
        setTimeout(LONGEST_STOP, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
    },
  };
}

/** Metrics of requests. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { BoundedValues } from './labels';
import type { EndedRequest } from './requests';

const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const DURATIONS = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 120, 600, 3600];
/** The most error codes with a label of their own. Users' models may throw errors with any code. */
const MOST_CODES = 100;
const MOST_REASONS = 20;

const UNKNOWN = 'unknown';

/** Returns a function that counts a request when it has ended. */
export function requestMetrics(registry: Registry): (request: EndedRequest) => void {
  const registers = [registry];
  const codes = new BoundedValues(MOST_CODES);
  const reasons = new BoundedValues(MOST_REASONS);
  const http = new Counter({
    name: 'nsync_http_requests_total',
    help: 'HTTP requests. path is "other" for addresses that do not exist.',
    labelNames: ['method', 'path', 'status'],
    registers,
  });
  const graphql = new Counter({
    name: 'nsync_graphql_requests_total',
    help: 'GraphQL requests by their root field ("several", or "none" if the request could not be read), and by the code of the first error, or OK.',
    labelNames: ['field', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'nsync_graphql_request_duration_seconds',
    help: 'Seconds from the headers of a GraphQL request to the end of its answer.',
    labelNames: ['field'],
    buckets: DURATIONS,
    registers,
  });
  const limited = new Counter({
    name: 'nsync_rate_limit_refusals_total',
    help: 'Requests that were refused with HTTP 429.',
    labelNames: ['reason'],
    registers,
  });
  const unauthenticated = new Counter({
    name: 'nsync_authentication_failures_total',
    help: 'Requests that were refused with HTTP 401.',
    labelNames: ['reason'],
    registers,
  });
  const unexpected = new Counter({
    name: 'nsync_unexpected_errors_total',
    help: 'Requests that failed with INTERNAL_SERVER_ERROR.',
    registers,
  });
  for (const refusals of [limited, unauthenticated]) refusals.inc({ reason: UNKNOWN }, 0);

  return ({ method, path, status, seconds, field, code, refusal, isGraphql }) => {
    http.inc({ method: METHODS.includes(method) ? method : 'other', path, status });
    const reason = reasons.of(refusal ?? UNKNOWN);
    if (status === 429) limited.inc({ reason });
    if (status === 401) unauthenticated.inc({ reason });
    if (code === 'INTERNAL_SERVER_ERROR') unexpected.inc();
    if (!isGraphql) return;
    graphql.inc({ field: field ?? 'none', code: codes.of(code ?? 'OK') });
    durations.observe({ field: field ?? 'none' }, seconds);
  };
}

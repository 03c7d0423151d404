/** Metrics of the process: processor, memory, event loop. There is one set, even if the process has several servers. */
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges that are not reported, because names with `_total` are for counters. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let known: Registry | undefined;

export function processMetrics(): Registry {
  if (known) return known;
  known = new Registry();
  collectDefaultMetrics({ register: known });
  for (const name of MISNAMED) known.removeSingleMetric(name);
  return known;
}

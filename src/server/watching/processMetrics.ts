/** The process, as metrics: processor, memory, event loop. One set, however many servers the process has. */
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Names that end in `_total` belong to counters, and these are gauges. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let known: Registry | undefined;

export function processMetrics(): Registry {
  if (known) return known;
  known = new Registry();
  collectDefaultMetrics({ register: known });
  for (const name of MISNAMED) known.removeSingleMetric(name);
  return known;
}

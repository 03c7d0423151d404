/** All metrics of a server. */
import { Gauge, Registry } from 'prom-client';
import type { Database } from '../../database';
import { packageVersion } from '../../packageFiles';
import type { RunObserver } from '../../sync';
import type { ReadinessCheck } from '../readiness';
import { databaseMetrics } from './databaseMetrics';
import { processMetrics } from './processMetrics';
import { requestMetrics } from './requestMetrics';
import type { EndedRequest } from './requests';
import { runMetrics } from './runMetrics';

export interface Metrics {
  readonly contentType: string;
  /** The metrics in Prometheus' text format. */
  text(): Promise<string>;
  readonly observer: RunObserver;
  readonly request: (request: EndedRequest) => void;
  stop(): void;
}

export function makeMetrics(database: Database, isReady: ReadinessCheck): Metrics {
  const own = new Registry();
  new Gauge({
    name: 'nsync_build_info',
    help: 'The version of nsync and the kind of its database. Always 1.',
    labelNames: ['version', 'database'],
    registers: [own],
  }).set({ version: packageVersion(), database: database.dialect.name }, 1);
  const observer = runMetrics(own);
  const request = requestMetrics(own);
  const stop = databaseMetrics(own, database, isReady);
  const all = Registry.merge([own, processMetrics()]);
  return { contentType: all.contentType, text: () => all.metrics(), observer, request, stop };
}

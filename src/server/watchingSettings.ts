/** Settings for monitoring: the address of metrics, and the collector of traces. */
import { type Environment, numberOf, SettingsError } from './environment';

export interface WatchingSettings {
  /** A separate port for /metrics. Null: the server's own port. */
  readonly metricsPort: number | null;
  /** The address of the separate port. */
  readonly metricsHost: string;
  /** The URL that spans are sent to. Null: no spans are sent. */
  readonly tracesUrl: string | null;
}

/** OpenTelemetry's own settings: one with the complete URL for traces, or one with the base URL for all signals. */
function tracesUrlOf(environment: Environment): string | null {
  const own = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim();
  const common = environment.OTEL_EXPORTER_OTLP_ENDPOINT?.trim();
  const given = own || common;
  if (!given) return null;
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
    throw new SettingsError(
      `${own ? 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' : 'OTEL_EXPORTER_OTLP_ENDPOINT'} must be the URL of a collector, such as http://127.0.0.1:4318, not "${given}"`,
    );
  return own ? given : `${given}${given.endsWith('/') ? '' : '/'}v1/traces`;
}

export function watchingSettingsOf(environment: Environment): WatchingSettings {
  const host = environment.NSYNC_METRICS_HOST?.trim() || '127.0.0.1';
  return {
    metricsPort: environment.NSYNC_METRICS_PORT?.trim() ? numberOf(environment, 'NSYNC_METRICS_PORT', 0, 65_535) : null,
    metricsHost: /^\[(.*)\]$/.exec(host)?.[1] ?? host,
    tracesUrl: tracesUrlOf(environment),
  };
}

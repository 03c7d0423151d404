/** Settings for those who watch the server: where metrics are, and where traces go. */
import { type Environment, numberOf, SettingsError } from './environment';

export interface WatchingSettings {
  /** A port of its own for /metrics; null: the server's own port. */
  readonly metricsPort: number | null;
  /** The address that the port of its own listens on. */
  readonly metricsHost: string;
  /** Where spans are sent to; null: nowhere. */
  readonly tracesUrl: string | null;
}

/** As OpenTelemetry names its settings: one for traces alone, which is the whole address, or one for all that it sends. */
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

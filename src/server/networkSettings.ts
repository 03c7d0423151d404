/** Settings of a server on a network (docs/configuration.md). */
import { DEFAULT_TRAFFIC, type TrafficLimits } from '../api';
import { type Environment, flagOf, MOST_SECONDS, numberOf, SettingsError } from './environment';
import { IDENTITY_PROVIDER_SETTINGS, type IdentityProvider, identityProviderOf } from './identityProvider';

export interface NetworkSettings {
  readonly traffic: TrafficLimits;
  /** The Redis server in which several servers count requests together, and tell each other of queued runs. Null: none. */
  readonly redisUrl: string | null;
  /** Whether clients reach the server through TLS, which a proxy terminates. */
  readonly https: boolean;
  readonly playground: boolean;
  /** Whether the server answers introspection queries. */
  readonly introspection: boolean;
  /** The identity provider whose tokens are accepted, besides nsync's own. Null: none. */
  readonly identityProvider: IdentityProvider | null;
  /** Whether webhooks may have private addresses, and use http. */
  readonly webhookPrivate: boolean;
}

/** The names of the settings for limits, without the prefix. */
const TRAFFIC_SETTINGS: Readonly<Record<keyof TrafficLimits, string>> = {
  callsPerMinute: 'MAX_CALLS_PER_MINUTE',
  failedAuthenticationsPerMinute: 'MAX_FAILED_AUTHENTICATIONS',
  runsPerCaller: 'MAX_RUNS_PER_CALLER',
  runsPerServer: 'MAX_RUNS',
  subscriptionsPerCaller: 'MAX_SUBSCRIPTIONS_PER_CALLER',
  uploadsPerServer: 'MAX_UPLOADS',
  uploadedBytesPerServer: 'MAX_ALL_UPLOADS_BYTES',
  bodyBytesPerServer: 'MAX_ALL_BODIES_BYTES',
  readSeconds: 'READ_TIMEOUT_SECONDS',
};

/** The names of all settings here, without the prefix. */
export const NETWORK_SETTINGS = [
  ...IDENTITY_PROVIDER_SETTINGS,
  ...Object.values(TRAFFIC_SETTINGS),
  'HTTPS',
  'INTROSPECTION',
  'PLAYGROUND',
  'REDIS_URL',
  'WEBHOOK_PRIVATE',
];

/** The largest GraphQL Int. */
const MOST_CALLS = 2 ** 31 - 1;

const mostOf = (name: keyof TrafficLimits): number =>
  name === 'readSeconds' ? MOST_SECONDS : /bytes/i.test(name) ? Number.MAX_SAFE_INTEGER : MOST_CALLS;

function trafficOf(environment: Environment): TrafficLimits {
  const limits = (Object.keys(TRAFFIC_SETTINGS) as (keyof TrafficLimits)[]).map((name) => [
    name,
    numberOf(environment, `NSYNC_${TRAFFIC_SETTINGS[name]}`, DEFAULT_TRAFFIC[name], mostOf(name)),
  ]);
  return Object.fromEntries(limits) as unknown as TrafficLimits;
}

function redisUrlOf(environment: Environment): string | null {
  const own = environment.NSYNC_REDIS_URL?.trim();
  const url = own || environment.REDIS_URL?.trim();
  if (!url) return null;
  if (!/^rediss?:$/.test(URL.canParse(url) ? new URL(url).protocol : ''))
    throw new SettingsError(
      `${own ? 'NSYNC_REDIS_URL' : 'REDIS_URL'} is not the URL of a Redis server. Use redis://host:6379 or rediss://…`,
    );
  return url;
}

/** Reads the settings. Throws SettingsError. */
export function readNetworkSettings(environment: Environment): NetworkSettings {
  return {
    traffic: trafficOf(environment),
    redisUrl: redisUrlOf(environment),
    https: flagOf(environment, 'NSYNC_HTTPS', false),
    playground: flagOf(environment, 'NSYNC_PLAYGROUND', true),
    introspection: flagOf(environment, 'NSYNC_INTROSPECTION', true),
    identityProvider: identityProviderOf(environment),
    webhookPrivate: flagOf(environment, 'NSYNC_WEBHOOK_PRIVATE', false),
  };
}

/** Configuration through environment variables (docs/configuration.md). */
import { isIP } from 'node:net';
import { MOST_ATTEMPTS, DEFAULT_LIMITS, requestValuesFor, type ServiceLimits } from '../api';
import { dialectOfUrl, withoutPassword } from '../database';
import { RUNS_AT_ONCE } from '../jobs';
import type { TableSelection } from '../models';
import { IDEMPOTENCY_HOURS, LEASE_SECONDS } from '../records';
import { nearest } from '../nearest';
import { trustedProxiesOf } from './proxies';
import { didYouMean } from '../wording';
import { type Environment, listOf, MOST_SECONDS, numberOf, SettingsError } from './environment';
import { withSecretFiles } from './secretFiles';
import { type WatchingSettings, watchingSettingsOf } from './watchingSettings';
import { NETWORK_SETTINGS, type NetworkSettings, readNetworkSettings } from './networkSettings';

export { type Environment, SettingsError };

export interface Settings extends NetworkSettings, WatchingSettings {
  readonly port: number;
  readonly host: string;
  /** Whether a proxy handles authentication. */
  readonly isInsecure: boolean;
  /** Host names that the server answers to, besides its own. `*`: any. */
  readonly allowedHosts: readonly string[];
  /** Addresses of proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  /** The time limit for headers, and for each part of a body. 0: no limit. */
  readonly bodyTimeoutSeconds: number;
  /** The time that running requests have to finish when the server stops. */
  readonly stopSeconds: number;
  readonly databaseUrl: string;
  /** The path of a module of Objection models, or `demo`. Null: models are derived from the database's tables. */
  readonly models: string | null;
  /** The tables that become models, if models are derived from tables. */
  readonly tables: TableSelection;
  /** Globs that match binary columns with text: `users.user_pass`. */
  readonly textColumns: readonly string[];
  readonly logLevel: string;
  readonly limits: ServiceLimits;
  /** Runs are removed this number of days after their end. 0: runs are never removed. */
  readonly keepRunsDays: number;
  /** How long idempotency keys are stored; 0: for ever. */
  readonly idempotencyHours: number;
  /** The number of queued runs that this process carries out at once. 0: none. */
  readonly asyncRuns: number;
  /** A process that has not reported for so long loses its queued runs. */
  readonly leaseSeconds: number;
  /** How many processes may lose a queued run before it ends as INTERRUPTED. */
  readonly attempts: number;
}

const MOST_ASYNC_RUNS = 100;
const MOST_TRIES = 1000;
/** A hundred years. */
const MOST_DAYS = 36_525;
const MOST_HOURS = 24 * MOST_DAYS;

export const DEMO = 'demo';
/** The demo's own file, in the working directory. */
export const DEMO_DATABASE = 'sqlite:nsync-demo.sqlite';
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function hostOf(environment: Environment): string {
  const given = environment.HOST?.trim() || '127.0.0.1';
  return /^\[(.*)\]$/.exec(given)?.[1] ?? given;
}

const HOST_PATTERN = /^(?:\*|(?:\*\.)?[^\s:/@*[\]]+)$/;

/** Host names that the server answers to, besides its own. */
function allowedHostsOf(environment: Environment): string[] {
  const hosts = listOf(environment, 'NSYNC_ALLOWED_HOSTS').map((host) => host.toLowerCase());
  for (const host of hosts)
    if (isIP(host) === 0 && !HOST_PATTERN.test(host))
      throw new SettingsError(
        `NSYNC_ALLOWED_HOSTS lists host names without scheme and port, such as nsync.example.com or *.example.com, not "${host}"`,
      );
  return hosts;
}

/** Throws SettingsError for a URL that cannot lead to a database. `openDatabase` checks the scheme. */
function assertDatabaseUrl(url: string): void {
  const why = dialectOfUrl(url)?.whyNoDatabase(url);
  if (why) throw new SettingsError(`DATABASE_URL ${withoutPassword(url)} ${why}`);
}

function logLevelOf(environment: Environment): string {
  const level = environment.LOG_LEVEL?.trim().toLowerCase() || 'info';
  if (LOG_LEVELS.includes(level)) return level;
  throw new SettingsError(
    `LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, not "${level}"${didYouMean(level, LOG_LEVELS)}`,
  );
}

const TABLE_SETTINGS = { schemas: 'NSYNC_SCHEMAS', include: 'NSYNC_INCLUDE', exclude: 'NSYNC_EXCLUDE' } as const;

/** The parts of a setting between commas, except commas within `{a,b}` or `@(a,b)`. */
const globsOf = (environment: Environment, name: string): string[] =>
  (environment[name] ?? '')
    // eslint-disable-next-line regexp/no-super-linear-move -- a setting of the server's own
    .split(/,(?![^{]*\}|[^(]*\))/)
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** The tables that become models. Throws SettingsError if models come from a module, because the settings would have no effect. */
function tablesOf(environment: Environment, models: string | null): TableSelection {
  const given = Object.values(TABLE_SETTINGS).find((name) => globsOf(environment, name).length > 0);
  if (models !== null && given)
    throw new SettingsError(
      `${given} selects tables of a database, but the models come from ${
        environment.NSYNC_MODELS?.trim() ? `NSYNC_MODELS ${models}` : 'the demo, because DATABASE_URL is not set'
      }`,
    );
  return {
    schemas: globsOf(environment, TABLE_SETTINGS.schemas),
    include: globsOf(environment, TABLE_SETTINGS.include),
    exclude: globsOf(environment, TABLE_SETTINGS.exclude),
  };
}

const PREFIX = 'NSYNC_';
const SETTINGS = [
  ...NETWORK_SETTINGS,
  'ALLOWED_HOSTS',
  'ASYNC_RUNS',
  'BODY_TIMEOUT_SECONDS',
  'EXCLUDE',
  'IDEMPOTENCY_HOURS',
  'INCLUDE',
  'INSECURE',
  'KEEP_RUNS_DAYS',
  'LEASE_SECONDS',
  'MAX_ATTEMPTS',
  'MAX_BODY_BYTES',
  'MAX_NODES',
  'MAX_PAGE_SIZE',
  'MAX_ROWS',
  'MAX_TOKENS',
  'MAX_UNPACKED_BYTES',
  'MAX_UPLOAD_BYTES',
  'METRICS_HOST',
  'METRICS_PORT',
  'MODELS',
  'SCHEMAS',
  'STOP_SECONDS',
  'TEXT_COLUMNS',
  'TOKEN',
  'TRUST_PROXY',
];

/** Throws SettingsError for a name that is similar to a setting, because a misspelt setting would be ignored silently. */
function assertSpelling(environment: Environment): void {
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(PREFIX) || !environment[name]?.trim()) continue;
    const own = name.slice(PREFIX.length);
    const near = SETTINGS.includes(own) ? undefined : nearest(own, SETTINGS);
    if (near) throw new SettingsError(`There is no setting ${name}. Did you mean ${PREFIX}${near}?`);
  }
}

function limitsOf(environment: Environment): ServiceLimits {
  const rowsPerCall = numberOf(environment, 'NSYNC_MAX_ROWS', DEFAULT_LIMITS.rowsPerCall);
  return {
    ...DEFAULT_LIMITS,
    rowsPerCall,
    requestValues: requestValuesFor(rowsPerCall),
    bodyBytes: numberOf(environment, 'NSYNC_MAX_BODY_BYTES', DEFAULT_LIMITS.bodyBytes),
    uploadBytes: numberOf(environment, 'NSYNC_MAX_UPLOAD_BYTES', DEFAULT_LIMITS.uploadBytes),
    unpackedBytes: numberOf(environment, 'NSYNC_MAX_UNPACKED_BYTES', DEFAULT_LIMITS.unpackedBytes),
    pageSize: numberOf(environment, 'NSYNC_MAX_PAGE_SIZE', DEFAULT_LIMITS.pageSize),
    operationTokens: numberOf(environment, 'NSYNC_MAX_TOKENS', DEFAULT_LIMITS.operationTokens),
    operationNodes: numberOf(environment, 'NSYNC_MAX_NODES', DEFAULT_LIMITS.operationNodes),
  };
}

/** Reads all settings, including the files of secrets. Throws SettingsError. */
export function readSettings(given: Environment): Settings {
  assertSpelling(given);
  const environment = withSecretFiles(given);
  const databaseUrl = environment.DATABASE_URL?.trim() || DEMO_DATABASE;
  const models = environment.NSYNC_MODELS?.trim() || (environment.DATABASE_URL?.trim() ? null : DEMO);
  assertDatabaseUrl(databaseUrl);
  return {
    port: numberOf(environment, 'PORT', 4000, 65_535),
    host: hostOf(environment),
    isInsecure: environment.NSYNC_INSECURE?.trim() === '1',
    allowedHosts: allowedHostsOf(environment),
    trustedProxies: trustedProxiesOf(environment),
    bodyTimeoutSeconds: numberOf(environment, 'NSYNC_BODY_TIMEOUT_SECONDS', 30, MOST_SECONDS),
    stopSeconds: numberOf(environment, 'NSYNC_STOP_SECONDS', 25, MOST_SECONDS),
    databaseUrl,
    models,
    tables: tablesOf(environment, models),
    textColumns: globsOf(environment, 'NSYNC_TEXT_COLUMNS'),
    logLevel: logLevelOf(environment),
    limits: limitsOf(environment),
    keepRunsDays: numberOf(environment, 'NSYNC_KEEP_RUNS_DAYS', 0, MOST_DAYS),
    idempotencyHours: numberOf(environment, 'NSYNC_IDEMPOTENCY_HOURS', IDEMPOTENCY_HOURS, MOST_HOURS),
    asyncRuns: numberOf(environment, 'NSYNC_ASYNC_RUNS', RUNS_AT_ONCE, MOST_ASYNC_RUNS),
    leaseSeconds: Math.max(numberOf(environment, 'NSYNC_LEASE_SECONDS', LEASE_SECONDS, MOST_SECONDS), 1),
    attempts: Math.max(numberOf(environment, 'NSYNC_MAX_ATTEMPTS', MOST_ATTEMPTS, MOST_TRIES), 1),
    ...readNetworkSettings(environment),
    ...watchingSettingsOf(environment),
  };
}

/** Configuration by environment (docs/configuration.md). */
import { isIP } from 'node:net';
import type { ServiceLimits } from '../api';
import { nearest } from '../nearest';

export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  /** A path of a module of Objection models, or `demo`. */
  readonly models: string;
  readonly logLevel: string;
  readonly limits: ServiceLimits;
}

/** A setting that the server cannot start with; its message is one line. */
export class SettingsError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

export const DEMO = 'demo';
const DEMO_DATABASE = 'sqlite:nsync-demo.sqlite';
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

function numberOf(
  environment: Environment,
  name: string,
  fallback: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const text = environment[name]?.trim();
  if (!text) return fallback;
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new SettingsError(`${name} is a whole number from 0 to ${most}, not "${text}"`);
  return Number(text);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function hostOf(environment: Environment): string {
  const host = environment.HOST?.trim() || '127.0.0.1';
  if (!isLoopback(host) && environment.NSYNC_INSECURE !== '1')
    throw new SettingsError(
      `HOST ${host} would let everyone in, for there is no authentication: use 127.0.0.1, or say with NSYNC_INSECURE=1 that something in front guards it`,
    );
  return host;
}

function logLevelOf(environment: Environment): string {
  const level = environment.LOG_LEVEL?.trim().toLowerCase() || 'info';
  if (LOG_LEVELS.includes(level)) return level;
  const near = nearest(level, LOG_LEVELS);
  throw new SettingsError(
    `LOG_LEVEL is one of ${LOG_LEVELS.join(', ')}, not "${level}"${near ? `: did you mean "${near}"?` : ''}`,
  );
}

/** Reads the settings; throws SettingsError. */
export function readSettings(environment: Environment): Settings {
  const databaseUrl = environment.DATABASE_URL?.trim() || DEMO_DATABASE;
  const models = environment.NSYNC_MODELS?.trim() || (environment.DATABASE_URL?.trim() ? '' : DEMO);
  if (!models)
    throw new SettingsError(
      'NSYNC_MODELS is missing: a module of Objection models for the database of DATABASE_URL, or "demo"',
    );
  return {
    port: numberOf(environment, 'PORT', 4000, 65_535),
    host: hostOf(environment),
    databaseUrl,
    models,
    logLevel: logLevelOf(environment),
    limits: {
      rowsPerCall: numberOf(environment, 'NSYNC_MAX_ROWS', 10_000),
      bodyBytes: numberOf(environment, 'NSYNC_MAX_BODY_BYTES', 20 * 1024 * 1024),
      uploadBytes: numberOf(environment, 'NSYNC_MAX_UPLOAD_BYTES', 2 * 1024 * 1024 * 1024),
      pageSize: numberOf(environment, 'NSYNC_MAX_PAGE_SIZE', 1000),
    },
  };
}

/** Limits on callers: requests at the same time, and over time. 0 means no limit. */
import type { SyncResult } from '../sync';

export interface TrafficLimits {
  /** Requests of one caller. */
  readonly callsPerMinute: number;
  /** Requests from one address with a refused token. */
  readonly failedAuthenticationsPerMinute: number;
  /** Runs of one caller at the same time, including waiting ones. */
  readonly runsPerCaller: number;
  /** Runs of a server at the same time, including waiting ones. */
  readonly runsPerServer: number;
  /** Open subscriptions of one caller. */
  readonly subscriptionsPerCaller: number;
  /** Requests with files that a server receives or processes at the same time. */
  readonly uploadsPerServer: number;
  /** The total bytes of these files on disk. */
  readonly uploadedBytesPerServer: number;
  /** The total bytes of all request bodies in memory, without files. */
  readonly bodyBytesPerServer: number;
  /** The most seconds for a database statement that reads for a caller. */
  readonly readSeconds: number;
}

export const DEFAULT_TRAFFIC: TrafficLimits = {
  callsPerMinute: 60_000,
  failedAuthenticationsPerMinute: 60,
  runsPerCaller: 100,
  runsPerServer: 200,
  subscriptionsPerCaller: 100,
  uploadsPerServer: 20,
  uploadedBytesPerServer: 20 * 1024 ** 3,
  bodyBytesPerServer: 400 * 1024 ** 2,
  readSeconds: 30,
};

/** For callers in the same process. */
export const NO_TRAFFIC_LIMITS = Object.fromEntries(
  Object.keys(DEFAULT_TRAFFIC).map((name) => [name, 0]),
) as unknown as TrafficLimits;

/** Starts a run, or throws RateLimited. The run ends when `work` ends. */
export type RunAdmission = (work: () => Promise<SyncResult>) => Promise<SyncResult>;

export const ADMIT_EVERY_RUN: RunAdmission = (work) => work();

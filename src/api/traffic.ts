/** How much callers may ask for at once and over time. 0 means no limit. */
import type { SyncResult } from '../sync';

export interface TrafficLimits {
  /** Requests of one caller. */
  readonly callsPerMinute: number;
  /** Requests of one address whose token is refused. */
  readonly failedAuthenticationsPerMinute: number;
  /** Runs of one caller at a time, those that wait included. */
  readonly runsPerCaller: number;
  /** Runs of a server at a time, those that wait included. */
  readonly runsPerServer: number;
  /** Requests with files that a server receives or works on at a time. */
  readonly uploadsPerServer: number;
  /** Bytes of all these files on disk. */
  readonly uploadedBytesPerServer: number;
  /** Bytes of all bodies in memory, files aside. */
  readonly bodyBytesPerServer: number;
  /** Seconds that a statement of the database may take which reads for a caller. */
  readonly readSeconds: number;
}

export const DEFAULT_TRAFFIC: TrafficLimits = {
  callsPerMinute: 60_000,
  failedAuthenticationsPerMinute: 60,
  runsPerCaller: 100,
  runsPerServer: 200,
  uploadsPerServer: 20,
  uploadedBytesPerServer: 20 * 1024 ** 3,
  bodyBytesPerServer: 400 * 1024 ** 2,
  readSeconds: 30,
};

/** For callers in the same process. */
export const NO_TRAFFIC_LIMITS = Object.fromEntries(
  Object.keys(DEFAULT_TRAFFIC).map((name) => [name, 0]),
) as unknown as TrafficLimits;

/** Lets a run begin, or throws RateLimited; it is over when the work is. */
export type RunAdmission = (work: () => Promise<SyncResult>) => Promise<SyncResult>;

export const ADMIT_EVERY_RUN: RunAdmission = (work) => work();

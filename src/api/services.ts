/** The services of resolvers that do not depend on a request: database, models, engine. */
import { EventEmitter } from 'node:events';
import { type Database, retrying } from '../database';
import type { ModelCatalog } from '../models';
import { RunFeed } from '../records';
import { type EngineSettings, SyncEngine } from '../sync';
import { DEFAULT_OPERATION_LIMITS, type OperationLimits } from './operations';
import { NO_TRAFFIC_LIMITS, type TrafficLimits } from './traffic';

export interface ServiceLimits extends OperationLimits {
  /** The most rows per `syncRows`. 0 means no limit, here and for the other limits. */
  readonly rowsPerCall: number;
  readonly bodyBytes: number;
  readonly uploadBytes: number;
  readonly unpackedBytes: number;
  readonly pageSize: number;
}

export const DEFAULT_LIMITS: ServiceLimits = {
  rowsPerCall: 10_000,
  bodyBytes: 20 * 1024 * 1024,
  uploadBytes: 2 * 1024 * 1024 * 1024,
  unpackedBytes: 2 * 1024 * 1024 * 1024,
  pageSize: 1000,
  ...DEFAULT_OPERATION_LIMITS,
};

/** How many processes may lose a queued run, unless a setting says otherwise. */
export const MOST_ATTEMPTS = 5;

/** For callers that have direct access to the database. */
export const NO_LIMITS = Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, 0])) as Readonly<
  Record<keyof ServiceLimits, number>
>;

export interface Services {
  readonly database: Database;
  /** The database with a time limit on reads, for callers' queries. */
  readonly reading: Database;
  readonly catalog: ModelCatalog;
  readonly engine: SyncEngine;
  readonly feed: RunFeed;
  readonly limits: ServiceLimits;
  readonly traffic: TrafficLimits;
  /** Whether webhooks may have private addresses, and use http. */
  readonly webhookPrivate: boolean;
  /** How many processes may lose a queued run before it ends as INTERRUPTED. */
  readonly attempts: number;
  /** Emits `queued` with the id of each run that this process queues. */
  readonly events: EventEmitter<{ queued: [runId: string] }>;
  /** Reloads the models for later requests. Running requests continue with the previous models. */
  readonly reloadModels: () => Promise<ModelCatalog>;
}

interface ServiceSettings extends EngineSettings {
  /** Default: no limits. */
  readonly traffic?: TrafficLimits;
  /** Default: false. */
  readonly webhookPrivate?: boolean;
  /** Default: 5. */
  readonly attempts?: number;
}

/** Reads the models and creates the services. `catalog` and `engine` always return those of the latest reload. */
export async function makeServices(
  database: Database,
  limits: ServiceLimits,
  readModels: () => Promise<ModelCatalog>,
  {
    traffic = NO_TRAFFIC_LIMITS,
    webhookPrivate = false,
    attempts = MOST_ATTEMPTS,
    ...engineSettings
  }: ServiceSettings = {},
): Promise<Services> {
  const read = (): Promise<ModelCatalog> => retrying(database.dialect, readModels);
  let catalog = await read();
  let engine = new SyncEngine(database, catalog, engineSettings);
  const reading = { ...database, reader: database.timedReader };
  return {
    database,
    reading,
    feed: new RunFeed(reading, { find: (id) => engine.active.find(id) }),
    limits,
    traffic,
    webhookPrivate,
    attempts,
    events: new EventEmitter(),
    get catalog() {
      return catalog;
    },
    get engine() {
      return engine;
    },
    reloadModels: async () => {
      catalog = await read();
      engine = engine.withCatalog(catalog);
      return catalog;
    },
  };
}

/** What resolvers work with beside the request: the database, the models, the engine. */
import { type Database, retrying } from '../database';
import type { ModelCatalog } from '../models';
import { type EngineSettings, SyncEngine } from '../sync';
import { DEFAULT_OPERATION_LIMITS, type OperationLimits } from './operations';
import { NO_TRAFFIC_LIMITS, type TrafficLimits } from './traffic';

export interface ServiceLimits extends OperationLimits {
  /** Rows of one `syncRows`; 0: no limit, as for all of these. */
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

/** For callers who can reach the database anyway. */
export const NO_LIMITS = Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, 0])) as Readonly<
  Record<keyof ServiceLimits, number>
>;

export interface Services {
  readonly database: Database;
  /** The same, for callers' reads, which have a time limit. */
  readonly reading: Database;
  readonly catalog: ModelCatalog;
  readonly engine: SyncEngine;
  readonly limits: ServiceLimits;
  readonly traffic: TrafficLimits;
  /** Reads the models again, for the calls that follow; those that run keep theirs. */
  readonly reloadModels: () => Promise<ModelCatalog>;
}

interface ServiceSettings extends EngineSettings {
  /** None by default. */
  readonly traffic?: TrafficLimits;
}

/** Reads the models and makes services of them. `catalog` and `engine` are those of the last reading, whenever they are asked for. */
export async function makeServices(
  database: Database,
  limits: ServiceLimits,
  readModels: () => Promise<ModelCatalog>,
  { traffic = NO_TRAFFIC_LIMITS, ...engineSettings }: ServiceSettings = {},
): Promise<Services> {
  const read = (): Promise<ModelCatalog> => retrying(database.dialect, readModels);
  let catalog = await read();
  let engine = new SyncEngine(database, catalog, engineSettings);
  return {
    database,
    reading: { ...database, reader: database.timedReader },
    limits,
    traffic,
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

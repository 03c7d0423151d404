/** What resolvers work with: the services of the server, and loaders of one request. */
import type { Database } from '../database';
import type { ModelCatalog } from '../models';
import type { RunControl, SyncEngine } from '../sync';
import { makeLoaders, type Loaders } from './loaders';

export interface ServiceLimits {
  /** Rows of one `syncRows`; 0: no limit, as for all of these. */
  readonly rowsPerCall: number;
  readonly bodyBytes: number;
  readonly uploadBytes: number;
  readonly pageSize: number;
}

export const DEFAULT_LIMITS: ServiceLimits = {
  rowsPerCall: 10_000,
  bodyBytes: 20 * 1024 * 1024,
  uploadBytes: 2 * 1024 * 1024 * 1024,
  pageSize: 1000,
};

export interface Services {
  readonly database: Database;
  readonly catalog: ModelCatalog;
  readonly engine: SyncEngine;
  readonly limits: ServiceLimits;
}

export interface ApiContext extends Services {
  readonly requestId: string;
  readonly loaders: Loaders;
  /** Of the runs that the request asks for. */
  readonly control: RunControl;
}

export const makeContext = (services: Services, requestId: string, control: RunControl = {}): ApiContext => ({
  ...services,
  requestId,
  loaders: makeLoaders(services),
  control,
});

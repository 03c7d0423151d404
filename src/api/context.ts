/** What resolvers work with: the services as they are when a request comes, and loaders of that request. */
import { RunRecords } from '../records';
import type { RunControl } from '../sync';
import { makeLoaders, type Loaders } from './loaders';
import { NodeCount } from './operations';
import type { Services } from './services';

export interface ApiContext extends Services {
  readonly requestId: string;
  readonly loaders: Loaders;
  readonly runs: RunRecords;
  /** What the operation has read so far. */
  readonly nodes: NodeCount;
  /** Of the runs that the request asks for. */
  readonly control: RunControl;
}

export function makeContext(services: Services, requestId: string, control: RunControl = {}): ApiContext {
  // Spread, so that the request keeps its models though they are read again meanwhile.
  const kept = { ...services };
  const runs = new RunRecords(kept.database, kept.engine.active);
  return {
    ...kept,
    requestId,
    runs,
    loaders: makeLoaders({ ...kept, runs }),
    nodes: new NodeCount(kept.limits),
    control: { ...control, requestId },
  };
}

/** What resolvers work with: the services as they are when a request comes, and loaders of that request. */
import type { RunControl } from '../sync';
import { makeLoaders, type Loaders } from './loaders';
import type { Services } from './services';

export interface ApiContext extends Services {
  readonly requestId: string;
  readonly loaders: Loaders;
  /** Of the runs that the request asks for. */
  readonly control: RunControl;
}

export function makeContext(services: Services, requestId: string, control: RunControl = {}): ApiContext {
  // Spread, so that the request keeps its models though they are read again meanwhile.
  const kept = { ...services };
  return { ...kept, requestId, loaders: makeLoaders(kept), control };
}

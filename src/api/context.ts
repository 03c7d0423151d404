/** The context of resolvers: the services at the start of the request, limited to what the caller may see, and loaders for this request. */
import type { Viewer } from '../access';
import type { Database } from '../database';
import { extended } from '../extended';
import { type AuditAction, recordAudit, RunRecords, type StartedRun, systemName } from '../records';
import type { RunControl, SyncRequest, SyncResult } from '../sync';
import { authorityOf } from './authority';
import { makeLoaders, type Loaders } from './loaders';
import { NodeCount } from './operations';
import { storeCall, type SyncCall } from './queuedCalls';
import type { Services } from './services';
import { ADMIT_EVERY_RUN, type RunAdmission } from './traffic';

export interface ApiContext extends Services {
  /** Its reads have a time limit. */
  readonly database: Database;
  /** For work whose reads have no time limit. */
  readonly untimed: Database;
  readonly requestId: string;
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  /** The runs that the caller may see. */
  readonly runs: RunRecords;
  /** The idempotency key in the header of the request; null if there is none. */
  readonly keyInHeader: string | null;
  /** The number of objects that the operation has read so far. */
  readonly nodes: NodeCount;
  /** For the runs that the request starts. */
  readonly control: RunControl & Pick<SyncRequest, 'authority' | 'startedBy'>;
  /** Starts a run for the caller. Throws RateLimited if there are too many. */
  readonly sync: (
    request: Pick<SyncRequest, 'sources' | 'options' | 'wantOutcomes' | 'idempotencyKey'>,
  ) => Promise<SyncResult>;
  /** Queues a run for the caller. Throws RateLimited if there are too many calls under way. */
  readonly enqueue: (
    call: SyncCall,
    request: Pick<SyncRequest, 'sources' | 'options' | 'wantOutcomes' | 'idempotencyKey'>,
  ) => Promise<SyncResult>;
  /** Records an administrator's action in the audit log. `details` contain no secrets. */
  readonly audit: (
    action: AuditAction,
    subject: string | null,
    details: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
}

interface RequestOrigin {
  readonly requestId: string;
  readonly viewer: Viewer;
  /** None by default. */
  readonly keyInHeader?: string | null;
  readonly control?: RunControl;
  /** Default: every run is admitted. */
  readonly admitRun?: RunAdmission;
}

/** What requests share until the models are reloaded. */
type Shared = Omit<Services, 'database'> & Pick<ApiContext, 'database' | 'untimed'>;
type Own = Omit<ApiContext, Exclude<keyof Shared, 'catalog'>>;

const latest = new WeakMap<Services, Shared>();

/** The services as they are now. A request uses the same models to its end, even if they are reloaded. */
function sharedNow(services: Services): Shared {
  const known = latest.get(services);
  if (known?.engine === services.engine) return known;
  const shared: Shared = { ...services, database: services.reading, untimed: services.database };
  latest.set(services, shared);
  return shared;
}

function ownOf(
  services: Services,
  { database, untimed, engine, limits, attempts, events }: Shared,
  { requestId, viewer, keyInHeader = null, control: given, admitRun = ADMIT_EVERY_RUN }: RequestOrigin,
): Own {
  const { access } = viewer;
  const { catalog, authority, startedBy } = authorityOf(services, viewer);
  const runs = new RunRecords(database, engine.active, access.mayRead ? undefined : viewer.name);
  const own = { requestId, startedBy };
  const control = extended(given ?? {}, authority ? { ...own, authority } : own);
  return {
    catalog,
    requestId,
    viewer,
    keyInHeader,
    runs,
    loaders: makeLoaders({ database, catalog, runs }),
    nodes: new NodeCount(limits),
    control,
    sync: (request) => admitRun(() => engine.run(extended(request, control))),
    enqueue: (call, request) =>
      admitRun(async () => {
        const store = async (run: StartedRun): Promise<void> => {
          const system = systemName(request.sources[0]?.system ?? '');
          const { options } = request;
          await storeCall(untimed, run, system, { call, options, viewer, requestId, attempts });
        };
        const result = await engine.enqueue(extended(request, control), store);
        if (!result.replayed) events.emit('queued', result.runId);
        return result;
      }),
    audit: (action, subject, details) =>
      recordAudit(database, { actor: startedBy, action, subject, details, requestId }, new Date()),
  };
}

/** The context inherits what requests share, so that Apollo does not copy it for each operation. */
export function makeContext(services: Services, origin: RequestOrigin): ApiContext {
  const shared = sharedNow(services);
  return Object.assign(Object.create(shared) as Shared, ownOf(services, shared, origin));
}

/** Begins a further answer of a subscription, whose context lives as long as its events: nothing is loaded or counted yet. */
export function renew(context: ApiContext): void {
  const fresh: Pick<ApiContext, 'loaders' | 'nodes'> = {
    loaders: makeLoaders(context),
    nodes: new NodeCount(context.limits),
  };
  Object.assign(context, fresh);
}

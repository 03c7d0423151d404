/** What resolvers work with: the services as the caller sees them when a request comes, and loaders of that request. */
import { recordedName, type Viewer, visibleModels } from '../access';
import type { Database } from '../database';
import { type AuditAction, recordAudit, RunRecords } from '../records';
import type { RunControl, SyncAuthority, SyncRequest, SyncResult } from '../sync';
import { makeLoaders, type Loaders } from './loaders';
import { NodeCount } from './operations';
import type { Services } from './services';
import { ADMIT_EVERY_RUN, type RunAdmission } from './traffic';

export interface ApiContext extends Services {
  /** Its reads have a time limit. */
  readonly database: Database;
  /** For work whose reads may take as long as they need. */
  readonly untimed: Database;
  readonly requestId: string;
  readonly viewer: Viewer;
  readonly loaders: Loaders;
  /** The runs that the caller sees. */
  readonly runs: RunRecords;
  /** What the operation has read so far. */
  readonly nodes: NodeCount;
  /** Of the runs that the request asks for. */
  readonly control: RunControl & Pick<SyncRequest, 'authority' | 'startedBy'>;
  /** Runs a request of the caller; throws RateLimited if there are too many. */
  readonly sync: (request: Pick<SyncRequest, 'sources' | 'options' | 'wantOutcomes'>) => Promise<SyncResult>;
  /** Records what the caller did as an administrator. `details` contain no secrets. */
  readonly audit: (
    action: AuditAction,
    subject: string | null,
    details: Readonly<Record<string, unknown>>,
  ) => Promise<void>;
}

interface RequestOrigin {
  readonly requestId: string;
  readonly viewer: Viewer;
  readonly control?: RunControl;
  /** Every run by default. */
  readonly admitRun?: RunAdmission;
}

export function makeContext(
  services: Services,
  { requestId, viewer, control: given, admitRun = ADMIT_EVERY_RUN }: RequestOrigin,
): ApiContext {
  const { access } = viewer;
  // Spread, so that the request keeps its models though they are read again meanwhile.
  const { database: untimed, reading } = services;
  const kept = { ...services, database: reading, catalog: visibleModels(services.catalog, access) };
  const runs = new RunRecords(kept.database, kept.engine.active, access.mayRead ? undefined : viewer.name);
  const authority: SyncAuthority = {
    catalog: kept.catalog,
    seesAllModels: access.seesAllModels,
    seesSystem: (name) => access.seesSystem(name),
    missing: (act) => access.missing(act),
    allowsEveryAction: (system, model) => access.allowsEveryAction(system, model),
  };
  const startedBy = recordedName(viewer);
  const control = { ...given, requestId, startedBy, ...(access.isAdmin ? {} : { authority }) };
  return {
    ...kept,
    untimed,
    requestId,
    viewer,
    runs,
    loaders: makeLoaders({ ...kept, runs }),
    nodes: new NodeCount(kept.limits),
    control,
    sync: (request) => admitRun(() => kept.engine.run({ ...request, ...control })),
    audit: (action, subject, details) =>
      recordAudit(kept.database, { actor: startedBy, action, subject, details, requestId }, new Date()),
  };
}

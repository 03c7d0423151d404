/** What the engine may do for a caller. */
import { recordedName, type Viewer, visibleModels } from '../access';
import type { ModelCatalog } from '../models';
import type { SyncAuthority } from '../sync';
import type { Services } from './services';

interface CallerRights {
  /** The models that the caller may see. */
  readonly catalog: ModelCatalog;
  /** Undefined: the caller may do everything. */
  readonly authority: SyncAuthority | undefined;
  /** The caller's name in records. */
  readonly startedBy: string | null;
}

export function authorityOf(services: Pick<Services, 'catalog'>, viewer: Viewer): CallerRights {
  const { access } = viewer;
  const catalog = visibleModels(services.catalog, access);
  const startedBy = recordedName(viewer);
  if (access.isAdmin) return { catalog, authority: undefined, startedBy };
  const authority: SyncAuthority = {
    scopes: viewer.scopes.join(' '),
    catalog,
    seesAllModels: access.seesAllModels,
    seesSystem: (name) => access.seesSystem(name),
    missing: (act) => access.missing(act),
    allowsEveryAction: (system, model) => access.allowsEveryAction(system, model),
  };
  return { catalog, authority, startedBy };
}

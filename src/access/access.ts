/** What a caller may do, of its scopes. */
import { ALL_FLAGS } from '../actionFlags';
import { formatScope, type Scope, type SyncScope } from './scopes';

/** What one or more rows of a system do to objects of a model. */
interface SyncAct {
  readonly system: string;
  readonly model: string;
  /** Action flags that the rows use (R1): `c`, `u*`; empty: whatever they are. */
  readonly flags: string;
}

const allowsFlags = (scope: SyncScope, flags: string): boolean =>
  scope.flags === null || [...flags].every((flag) => scope.flags?.includes(flag));

export class Access {
  /** Whether it may do everything. */
  readonly isAdmin: boolean;
  /** Whether every model, system, object and run may be seen. */
  readonly mayRead: boolean;
  private readonly syncs: readonly SyncScope[];

  constructor(scopes: readonly Scope[]) {
    this.isAdmin = scopes.some(({ kind }) => kind === 'admin');
    this.mayRead = this.isAdmin || scopes.some(({ kind }) => kind === 'read');
    this.syncs = scopes.filter((scope) => scope.kind === 'sync');
  }

  get maySync(): boolean {
    return this.isAdmin || this.syncs.length > 0;
  }

  private scopesFor(system: string, model: string): SyncScope[] {
    return this.syncs.filter(
      (scope) =>
        (scope.system === null || scope.system === system) && (scope.models === null || scope.models.includes(model)),
    );
  }

  /** The scope that is missing for an act; null if the act is allowed. Each action needs one scope that allows it, forced or not. */
  missing({ system, model, flags }: SyncAct): string | null {
    if (this.isAdmin) return null;
    const scopes = this.scopesFor(system, model);
    const force = flags.includes('*') ? '*' : '';
    const actions = [...flags].filter((flag) => flag !== '*');
    const denied = actions.filter((action) => !scopes.some((scope) => allowsFlags(scope, action + force)));
    if (scopes.length > 0 && denied.length === 0) return null;
    return formatScope({
      kind: 'sync',
      system,
      models: [model],
      flags: denied.length > 0 ? denied.join('') + force : null,
    });
  }

  /** Whether rows of a system may do everything to a model, so that no row has to be looked at. */
  allowsEveryAction(system: string, model: string): boolean {
    return this.isAdmin || this.scopesFor(system, model).some(({ flags }) => flags === null || flags === ALL_FLAGS);
  }

  seesModel(name: string): boolean {
    return this.mayRead || this.syncs.some(({ models }) => models === null || models.includes(name));
  }

  seesSystem(name: string): boolean {
    return this.mayRead || this.syncs.some(({ system }) => system === null || system === name);
  }

  /** Whether every model is seen. */
  get seesAllModels(): boolean {
    return this.mayRead || this.syncs.some(({ models }) => models === null);
  }

  /** Whether every external system is seen; otherwise those of `systems`. */
  get seesAllSystems(): boolean {
    return this.mayRead || this.syncs.some(({ system }) => system === null);
  }

  get systems(): string[] {
    return [...new Set(this.syncs.flatMap(({ system }) => system ?? []))];
  }
}

/** The permissions of a caller, from its scopes. */
import { ALL_FLAGS } from '../actionFlags';
import { formatScope, type Scope, type SyncScope } from './scopes';

/** What rows of a system do to objects of a model. */
interface SyncAct {
  readonly system: string;
  readonly model: string;
  /** Action flags of the rows (R1): `c`, `u*`; empty if they are not known yet. */
  readonly flags: string;
}

const allowsFlags = (scope: SyncScope, flags: string): boolean =>
  scope.flags === null || [...flags].every((flag) => scope.flags?.includes(flag));

export class Access {
  /** Whether the caller may do everything. */
  readonly isAdmin: boolean;
  /** Whether the caller may see all models, systems, objects and runs. */
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

  /**
   * The scope that is missing for an act; null if the act is allowed. Each action, with or without force, must be
   * allowed by a single scope.
   */
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

  /** Whether rows of a system may do everything to a model, so that rows need not be checked. */
  allowsEveryAction(system: string, model: string): boolean {
    return this.isAdmin || this.scopesFor(system, model).some(({ flags }) => flags === null || flags === ALL_FLAGS);
  }

  seesModel(name: string): boolean {
    return this.mayRead || this.syncs.some(({ models }) => models === null || models.includes(name));
  }

  seesSystem(name: string): boolean {
    return this.mayRead || this.syncs.some(({ system }) => system === null || system === name);
  }

  /** Whether the caller sees all models. */
  get seesAllModels(): boolean {
    return this.mayRead || this.syncs.some(({ models }) => models === null);
  }

  /** Whether the caller sees all external systems. Otherwise `systems` lists those that it sees. */
  get seesAllSystems(): boolean {
    return this.mayRead || this.syncs.some(({ system }) => system === null);
  }

  get systems(): string[] {
    return [...new Set(this.syncs.flatMap(({ system }) => system ?? []))];
  }
}

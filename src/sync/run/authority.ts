/** Checks whether a caller may do what a request asks for, before anything is read or written. */
import { CallError } from '../../errors';
import type { Model, ModelCatalog } from '../../models';
import { shown } from '../../shown';
import { readColumn } from '../read/columns';
import { flagsOf, readFlags } from '../read/flags';
import type { SyncAct, SyncAuthority, SyncSource } from '../request';
import type { Row } from '../row';

/** A source whose system and model are known. */
interface Prepared {
  readonly source: SyncSource;
  readonly system: string;
  readonly model: Model;
}

function assertAllowed(authority: SyncAuthority, act: SyncAct, what: string): void {
  const scope = authority.missing(act);
  if (scope !== null) throw new CallError('FORBIDDEN', `${what} requires the scope ${scope}.`);
}

/**
 * The model of a source, as the caller sees it. Throws FORBIDDEN, with the same message for a hidden model and a
 * missing one. For other names it throws the errors of `ModelCatalog.get`.
 */
export function permittedModel(
  catalog: ModelCatalog,
  authority: SyncAuthority | undefined,
  { system, model }: Pick<SyncAct, 'system' | 'model'>,
): Model {
  if (!authority) return catalog.get(model);
  const name = model.trim();
  const found = authority.catalog.find(name);
  if (found || !authority.seesAllModels)
    assertAllowed(
      authority,
      { system, model: found?.name ?? name, flags: '' },
      `A sync of ${shown(name)} by ${shown(system)}`,
    );
  return authority.catalog.get(name);
}

/** Ids by name of the external systems that the caller may see. */
export const visibleSystems = (
  ids: ReadonlyMap<string, number>,
  authority: SyncAuthority | undefined,
): ReadonlyMap<string, number> => (authority ? new Map([...ids].filter(([name]) => authority.seesSystem(name))) : ids);

/** Returns whether a problem may name a table: the caller sees all models, or one of this table. */
export function tableVisibility(authority: SyncAuthority | undefined): (table: string) => boolean {
  if (!authority || authority.seesAllModels) return () => true;
  const tables = new Set(authority.catalog.models.map(({ table }) => table.name));
  return (table) => tables.has(table);
}

/** To-many relations change the objects of the other side, and so do those of a join table. */
function assertRelations(authority: SyncAuthority, { source, system, model }: Prepared): void {
  for (const name of source.columns) {
    const column = readColumn(model, name);
    if (column.kind !== 'path' && column.kind !== 'relation') continue;
    const { kind, related } = column.relation;
    if (!kind.isReference && related !== model)
      assertAllowed(
        authority,
        { system, model: related.name, flags: 'u' },
        `Column ${shown(name)} changes ${related.name} objects, which`,
      );
  }
}

/**
 * Throws FORBIDDEN if a merge (R10) would change objects of models that the caller may not update. The message does not
 * name these models.
 */
export function assertMayMerge(
  authority: SyncAuthority,
  sources: readonly Prepared[],
  pointingModels: (model: Model) => readonly Model[],
): void {
  for (const { system, model } of sources)
    for (const pointing of pointingModels(model))
      if (pointing.name !== model.name && authority.missing({ system, model: pointing.name, flags: 'u' }) !== null)
        throw new CallError(
          'FORBIDDEN',
          `onMatchConflict MERGE requires a scope with the flag u for all models that point to ${model.name}.`,
        );
}

/** The flags of a row in their usual order; empty if they contain no action or are illegal (R2). */
function usualFlags({ actionFlags }: Row): string {
  const actions = readFlags(actionFlags ?? '');
  return 'illegal' in actions ? '' : flagsOf(actions);
}

async function assertFlags(authority: SyncAuthority, { source, system, model }: Prepared): Promise<void> {
  if (authority.allowsEveryAction(system, model.name)) return;
  const allowed = new Set(['']);
  for await (const rows of source.batches())
    for (const row of rows) {
      const flags = usualFlags(row);
      if (allowed.has(flags)) continue;
      const place = `${source.file === null ? '' : `${source.file}, `}row ${row.number}`;
      assertAllowed(
        authority,
        { system, model: model.name, flags },
        `Nothing was synced: action flags ${shown(flags)} (${place})`,
      );
      allowed.add(flags);
    }
}

/** Throws FORBIDDEN, naming the missing scope, if the caller may not do what the rows would do. */
export async function assertPermitted(authority: SyncAuthority, sources: readonly Prepared[]): Promise<void> {
  for (const source of sources) assertRelations(authority, source);
  for (const source of sources) await assertFlags(authority, source);
}

/** The sources of a request, with their systems and models, checked before anything is written. */
import { type Database, retrying } from '../../database';
import { CallError } from '../../errors';
import type { Model, ModelCatalog } from '../../models';
import { systemIds, systemName } from '../../records';
import { shown } from '../../shown';
import { didYouMean } from '../../wording';
import type { SyncRequest, SyncSource } from '../request';
import { assertMayMerge, assertPermitted, permittedModel, visibleSystems } from './authority';
import { pointingModels } from './lockedModels';
import { assertPreconditions } from './preconditions';

export interface PreparedSource {
  readonly source: SyncSource;
  readonly system: string;
  readonly model: Model;
}

/** Throws CallError if the request cannot start. `checksRows`: what the rows ask for is checked, too. */
export async function prepareSources(
  database: Database,
  catalog: ModelCatalog,
  { sources, options, authority }: SyncRequest,
  checksRows = true,
): Promise<PreparedSource[]> {
  const prepared = sources.map((source) => {
    const system = systemName(source.system);
    return { source, system, model: permittedModel(catalog, authority, { system, model: source.model }) };
  });
  if (authority && checksRows) {
    await assertPermitted(authority, prepared);
    if (options.onMatchConflict === 'MERGE')
      assertMayMerge(authority, prepared, (model) => pointingModels(catalog.get(model.name), catalog));
  }
  if (!options.createExternalSystem) await assertKnownSystems(database, authority, prepared);
  if (checksRows) await assertPreconditions(prepared, options);
  return prepared;
}

async function assertKnownSystems(
  { reader, dialect }: Database,
  authority: SyncRequest['authority'],
  sources: readonly PreparedSource[],
): Promise<void> {
  const all = await retrying(dialect, () => systemIds(reader, dialect));
  const known = visibleSystems(all, authority);
  for (const { system } of sources) {
    if (known.has(system)) continue;
    const meant = didYouMean(system, known.keys());
    throw new CallError('UNKNOWN_EXTERNAL_SYSTEM', `There is no external system ${shown(system)}${meant}`);
  }
}

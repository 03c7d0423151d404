/**
 * The models that a run locks (R44): those that it changes, reads references from, or whose references it moves (R10).
 */
import type { Model, ModelCatalog } from '../../models';
import { rulesOf } from '../read/rowRules';
import type { SyncOptions, SyncSource } from '../request';
import { referencesTo } from '../write/merge';

/** Models whose objects may point to objects of a model. */
export function pointingModels(model: Model, catalog: ModelCatalog): Model[] {
  const tables = new Set(referencesTo(model, catalog).map(({ table }) => table));
  return catalog.models.filter(({ table }) => tables.has(table.name));
}

export function lockedModels(
  sources: readonly { readonly source: SyncSource; readonly model: Model }[],
  { onMatchConflict }: Pick<SyncOptions, 'onMatchConflict'>,
  catalog: ModelCatalog,
): string[] {
  const models = new Set<Model>();
  for (const { source, model } of sources) {
    models.add(model);
    if (onMatchConflict === 'MERGE') for (const pointing of pointingModels(model, catalog)) models.add(pointing);
    for (const name of source.columns) {
      const column = rulesOf(model).column(name);
      if (column.kind !== 'path' && column.kind !== 'relation') continue;
      models.add(column.relation.related);
      if (column.kind === 'path') for (const hop of column.hops) models.add(hop.related);
    }
  }
  return [...models].map((model) => model.name).sort();
}

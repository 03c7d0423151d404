/** The models that a run works on or reads references from: all of them are locked (R44). */
import type { Model, ModelCatalog } from '../../models';
import { readColumn } from '../read/columns';
import type { SyncSource } from '../request';

export function lockedModels(catalog: ModelCatalog, sources: readonly SyncSource[]): string[] {
  const models = new Set<Model>();
  for (const source of sources) {
    const model = catalog.get(source.model);
    models.add(model);
    for (const name of source.columns) {
      const column = readColumn(model, name);
      if (column.kind !== 'path' && column.kind !== 'relation') continue;
      models.add(column.relation.related);
      if (column.kind === 'path') for (const hop of column.hops) models.add(hop.related);
    }
  }
  return [...models].map((model) => model.name).sort();
}

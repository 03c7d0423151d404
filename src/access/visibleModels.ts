/** The models that a caller sees. Hidden models do not exist for the caller. */
import type { TableInfo } from '../database';
import { type Model, ModelCatalog, type Relation } from '../models';
import type { Access } from './access';

const HIDDEN_REASON = 'Rows cannot be synced into the table. To see why requires the scope read.';

/** Why a table cannot be synced, without the names of hidden tables. */
function visibleObstacle({ obstacle }: TableInfo, hidden: readonly Model[]): string | null {
  const names = hidden.some(({ table }) => obstacle?.includes(`"${table.name}"`));
  return names ? HIDDEN_REASON : obstacle;
}

/** Copies of the visible models, with only the relations between them. */
function copies(models: readonly Model[], hidden: readonly Model[]): Model[] {
  const copied = new Map<Model, Model & { relations: Map<string, Relation> }>(
    models.map((model) => {
      const table = { ...model.table, obstacle: visibleObstacle(model.table, hidden) };
      return [model, { ...model, table, relations: new Map() }];
    }),
  );
  for (const [original, copy] of copied)
    for (const [key, relation] of original.relations) {
      const related = copied.get(relation.related);
      if (related) copy.relations.set(key, { ...relation, model: copy, related });
    }
  return [...copied.values()];
}

/** The most views of one catalog that are cached. */
const MOST_VIEWS = 100;

const views = new WeakMap<ModelCatalog, Map<string, ModelCatalog>>();

/** The visible part of a catalog. Callers that see the same models get the same object. */
export function visibleModels(catalog: ModelCatalog, access: Access): ModelCatalog {
  if (access.seesAllModels) return catalog;
  const models = catalog.models.filter(({ name }) => access.seesModel(name));
  const hidden = catalog.models.filter(({ name }) => !access.seesModel(name));
  const known = views.get(catalog) ?? new Map<string, ModelCatalog>();
  views.set(catalog, known);
  const key = JSON.stringify(models.map(({ name }) => name));
  const view = known.get(key) ?? new ModelCatalog(copies(models, hidden), catalog.foreignKeys);
  if (known.size >= MOST_VIEWS) known.clear();
  known.set(key, view);
  return view;
}

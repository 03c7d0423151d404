/** The order in which a pass goes through the sources of a run (R41). */
import type { ForeignKey } from '../../database';
import type { Model } from '../../models';
import type { SourceOrder } from '../policy';

/** Whether every object of one model needs an object of the other, because of a NOT NULL relation or foreign key. */
function requires(model: Model, other: Model, foreignKeys: readonly ForeignKey[]): boolean {
  const isRequired = (names: readonly string[]): boolean =>
    names.every((name) => model.table.columns.some((column) => column.name === name && !column.nullable));
  const relations = [...model.relations.values()].filter(({ kind, related }) => kind.isReference && related === other);
  return (
    relations.some(({ ownFields }) => isRequired(ownFields.map(({ column }) => column.name))) ||
    foreignKeys.some(
      ({ table, targetTable, columns }) =>
        table === model.table.name && targetTable === other.table.name && isRequired(columns),
    )
  );
}

/** For each model, the models that it requires, directly or indirectly. */
function allRequired(models: ReadonlySet<Model>, foreignKeys: readonly ForeignKey[]): Map<Model, Set<Model>> {
  const direct = new Map(
    [...models].map((model) => [model, [...models].filter((other) => requires(model, other, foreignKeys))]),
  );
  return new Map(
    [...models].map((model) => {
      const found = new Set(direct.get(model));
      for (const other of found) for (const next of direct.get(other) ?? []) found.add(next);
      return [model, found];
    }),
  );
}

/**
 * The positions of the models' sources in the wanted order: required models first, or last. Otherwise, and for models
 * that require each other, the given order stays.
 */
export function orderSources(
  models: readonly Model[],
  order: SourceOrder,
  foreignKeys: readonly ForeignKey[],
): number[] {
  const places = models.map((_, place) => place);
  if (order === 'GIVEN' || models.length < 2) return places;
  const required = allRequired(new Set(models), foreignKeys);
  const comesAfter = (one: Model, other: Model): boolean => {
    const [first, second] = order === 'REQUIRED_FIRST' ? [one, other] : [other, one];
    return (required.get(first)?.has(second) ?? false) && !required.get(second)?.has(first);
  };
  /** The number of sources still to be placed, by model. */
  const waiting = new Map<Model, number>();
  for (const model of models) waiting.set(model, (waiting.get(model) ?? 0) + 1);
  const isNext = (model: Model): boolean => ![...waiting.keys()].some((other) => comesAfter(model, other));
  const ordered: number[] = [];
  const rest = new Set(places);
  while (rest.size > 0) {
    const ready = new Set([...waiting.keys()].filter(isNext));
    const next = [...rest].find((place) => ready.has(models[place] as Model));
    if (next === undefined) break;
    ordered.push(next);
    rest.delete(next);
    const model = models[next] as Model;
    const left = (waiting.get(model) ?? 1) - 1;
    if (left > 0) waiting.set(model, left);
    else waiting.delete(model);
  }
  return ordered;
}

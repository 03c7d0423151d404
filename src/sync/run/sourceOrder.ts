/** In which order a pass goes through the sources of a run (R41). */
import type { ForeignKey } from '../../database';
import type { Model } from '../../models';
import type { SourceOrder } from '../policy';

/** Whether no object of one model can do without one of the other: a relation or foreign key that cannot be NULL leads there. */
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

/** For each model what it requires, also through others of them. */
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
 * The places of the models' sources in the order wanted: what others require comes first, or last. Otherwise, and for models
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
  /** Sources that are still to be placed, by model. */
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

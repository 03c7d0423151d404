/** Objects that a run has created. If the run is undone, its outcomes must not name them. */
import type { Canonical, Model } from '../../models';
import type { FieldChange, RowOutcome } from '../../records';
import type { PlannedOutcome } from '../plan/operations';

/**
 * The most ids that are stored per model, apart from numbers. Outcomes of longer runs may name objects that no longer
 * exist.
 */
const MOST_TEXTS = 1_000_000;

/** Ids of one model. Consecutive numbers are stored as one range. */
class Ids {
  private ranges: [from: number, to: number][] = [];
  private isSorted = true;
  private readonly texts = new Set<string>();

  add(id: string): void {
    const number = Number(id);
    if (!Number.isSafeInteger(number) || String(number) !== id) {
      if (this.texts.size < MOST_TEXTS) this.texts.add(id);
      return;
    }
    const last = this.ranges.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else this.isSorted = this.ranges.push([number, number]) === 1;
  }

  has(id: string): boolean {
    if (this.texts.has(id)) return true;
    if (!this.isSorted) this.ranges.sort(([a], [b]) => a - b);
    this.isSorted = true;
    const number = Number(id);
    let [low, high] = [0, this.ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ranges[middle]?.[1] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    const found = this.ranges[low];
    return found !== undefined && found[0] <= number && String(number) === id;
  }
}

export class CreatedObjects {
  private readonly byModel = new Map<string, Ids>();

  /** Records the objects that rows of a model have created. */
  add({ name }: Model, outcomes: readonly PlannedOutcome[]): void {
    for (const { status, object } of outcomes) {
      if (status !== 'CREATED' || !object || object.id === null) continue;
      let ids = this.byModel.get(name);
      if (!ids) this.byModel.set(name, (ids = new Ids()));
      ids.add(object.id);
    }
  }

  private has(model: string, id: string): boolean {
    return this.byModel.get(model)?.has(id) ?? false;
  }

  /** The outcome of a row of the model, with null in place of each created id. */
  withoutThem(model: Model, outcome: RowOutcome): RowOutcome {
    if (this.byModel.size === 0) return outcome;
    const { objectId, changes, alsoDeleted, alsoChanged } = outcome;
    return {
      ...outcome,
      objectId: objectId !== null && this.has(model.name, objectId) ? null : objectId,
      changes: changes.map((change) => this.changeWithoutThem(model, change)),
      alsoDeleted: alsoDeleted.filter((id) => !this.has(model.name, id)),
      alsoChanged: alsoChanged.filter((other) => !this.has(other.model, other.objectId)),
    };
  }

  private changeWithoutThem(model: Model, change: FieldChange): FieldChange {
    const target = targetOf(model, change.field);
    if (!target) return change;
    const known = (value: Canonical): Canonical => {
      if (Array.isArray(value)) return (value as Canonical[]).map(known);
      return value !== null && this.has(target.name, String(value)) ? null : value;
    };
    return { ...change, before: known(change.before), after: known(change.after) };
  }
}

/** The model whose ids a field, or the list of a to-many relation, contains. */
function targetOf({ relations, fieldsByName }: Model, name: string): Model | null {
  const relation = relations.get(name);
  if (relation && !relation.kind.isReference) return relation.related;
  const field = fieldsByName.get(name);
  const pointing = [...relations.values()].find(
    ({ kind, ownFields, relatedFields, related }) =>
      kind.isReference &&
      ownFields.length === 1 &&
      ownFields[0] === field &&
      related.idFields.length === 1 &&
      related.idFields[0] === relatedFields[0],
  );
  return pointing?.related ?? null;
}

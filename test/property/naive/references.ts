/** References: which objects columns mean, and what becomes of foreign keys (R20–R23, R27). */
import { type BelongsTo, columnOf, type ModelSpec } from '../schema';
import type { Attempt } from './attempt';
import { backsOf, referenceOf, type Terms } from './row';
import { areEqual } from './values';
import type { Thing } from './world';

export const keyNamed = ({ belongsTo }: ModelSpec, name: string): BelongsTo | undefined =>
  belongsTo.find((key) => key.name === name);

/** R20, R22: whether all columns hold for an object. Columns over the same hop mean one object there. */
export function termsHold(attempt: Attempt, model: ModelSpec, thing: Thing, terms: Terms): boolean {
  const hops = new Map<string, Terms>();
  for (const [[step = '', ...rest], raw] of terms)
    if (rest.length > 0) hops.set(step, [...(hops.get(step) ?? []), [rest, raw]]);
    else if (!endHolds(attempt, model, thing, step, raw)) return false;
  return [...hops].every(([step, inner]) => hopHolds(attempt, model, thing, step, inner));
}

/** R22: over a foreign key of the model, or back over one that points to the model. */
function hopHolds(attempt: Attempt, model: ModelSpec, thing: Thing, step: string, terms: Terms): boolean {
  const { world } = attempt;
  const key = keyNamed(model, step);
  const back = backsOf(world.schema, model).find(({ name }) => name === step);
  const there = key ? world.modelAt(key.target) : (back?.from as ModelSpec);
  const leadsTo = (next: Thing): boolean =>
    key ? next.id === thing.values[columnOf(key.name)] : next.values[columnOf(back?.key.name ?? '')] === thing.id;
  return world.things(there).some((next) => leadsTo(next) && termsHold(attempt, there, next, terms));
}

/** R20: a field of the object; R23: its external key in the row's system (`@`), or in another one. */
function endHolds({ world, system }: Attempt, model: ModelSpec, thing: Thing, name: string, raw: unknown): boolean {
  if (!name.startsWith('@')) return areEqual(model, name, thing.values[name] ?? null, raw as string);
  return world.mappings.some(
    (mapping) =>
      mapping.system === (name.slice(1) || system) &&
      mapping.model === model.name &&
      mapping.key === raw &&
      mapping.id === thing.id,
  );
}

/** All objects that columns mean. */
export const targetsOf = (attempt: Attempt, there: ModelSpec, terms: Terms): Thing[] =>
  attempt.world.things(there).filter((target) => termsHold(attempt, there, target, terms));

/** R21: the one object that columns mean. Otherwise undefined, after a problem. */
export function onlyTarget(attempt: Attempt, there: ModelSpec, relation: string, terms: Terms): Thing | undefined {
  const [target, ...others] = targetsOf(attempt, there, terms);
  if (target && others.length === 0) return target;
  attempt.result.problems.push(`${target ? 'REFERENCE_AMBIGUOUS' : 'REFERENCE_NOT_FOUND'}(${relation})`);
  if (attempt.options.onUnresolvedReference === 'FAIL') attempt.isUnresolved = true;
  return undefined;
}

/** R20, R21: foreign keys that the row's references set or clear, by column, and those without a single target. */
export function resolve(attempt: Attempt): { keys: Map<string, number | null>; unresolved: BelongsTo[] } {
  const keys = new Map<string, number | null>();
  const unresolved: BelongsTo[] = [];
  for (const relation of attempt.model.belongsTo) {
    const terms = referenceOf(attempt.row, relation.name);
    if (terms === undefined) continue;
    const target = terms && onlyTarget(attempt, attempt.world.modelAt(relation.target), relation.name, terms);
    if (target === undefined) unresolved.push(relation);
    else keys.set(columnOf(relation.name), target && target.id);
  }
  return { keys, unresolved };
}

/** The order of the sources of a call in a pass (R41). */
import type { CallSource } from '../program';
import type { ModelSpec } from '../schema';
import type { Pass } from './act';
import type { World } from './world';

/** Whether objects of a model cannot be without objects of another one, over required references among some models. */
function needs(
  world: World,
  models: readonly ModelSpec[],
  one: ModelSpec,
  other: ModelSpec,
  seen: readonly ModelSpec[] = [],
): boolean {
  return one.belongsTo.some(({ nullable, target }) => {
    const next = world.modelAt(target);
    if (nullable || seen.includes(next) || !models.includes(next)) return false;
    return next === other || needs(world, models, next, other, [...seen, next]);
  });
}

/** R41: creates go through what others need first, deletes through it last. Otherwise, and in a cycle, the given order holds. */
export function sourceOrder(world: World, sources: readonly CallSource[], { only }: Pass): number[] {
  const models = sources.map(({ model }) => world.modelNamed(model));
  const needsOnly = (one: ModelSpec, other: ModelSpec): boolean =>
    needs(world, models, one, other) && !needs(world, models, other, one);
  const isBefore = (one: ModelSpec, other: ModelSpec): boolean =>
    (only === 'create' && needsOnly(other, one)) || (only === 'delete' && needsOnly(one, other));
  const order: number[] = [];
  let left = models.map((model, place) => ({ model, place }));
  while (left.length > 0) {
    const first = left.find(({ model }) => !left.some((rest) => isBefore(rest.model, model))) ?? left[0];
    order.push(first?.place ?? 0);
    left = left.filter((rest) => rest !== first);
  }
  return order;
}

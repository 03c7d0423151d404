/** External key mappings (R18). */
import type { Attempt } from './attempt';
import { keyOf } from './row';
import type { Mapping, Thing } from './world';

const isOwn = ({ system, model }: Attempt, mapping: Mapping): boolean =>
  mapping.system === system && mapping.model === model.name;

/** The mapping of the row's key, dangling or not. */
export function ownMapping(attempt: Attempt): Mapping | undefined {
  const key = keyOf(attempt.row);
  return attempt.world.mappings.find((mapping) => isOwn(attempt, mapping) && mapping.key === key);
}

export function removeOwnMapping(attempt: Attempt): void {
  const own = ownMapping(attempt);
  attempt.world.mappings = attempt.world.mappings.filter((mapping) => mapping !== own);
}

/** The linked object. A mapping without its object counts as absent. */
export function linkedThing(attempt: Attempt): Thing | undefined {
  const mapping = ownMapping(attempt);
  return mapping && attempt.world.things(attempt.model).find(({ id }) => id === mapping.id);
}

/** Whether a key of the row's system is linked to an object (R10, R17b). */
export const isOfTheSource = (attempt: Attempt, id: number): boolean =>
  attempt.world.mappings.some((mapping) => isOwn(attempt, mapping) && mapping.id === id);

/** R18: whether another key of the row's system is linked to an object. */
export const isShared = (attempt: Attempt, id: number): boolean =>
  attempt.world.mappings.some(
    (mapping) => isOwn(attempt, mapping) && mapping.id === id && mapping.key !== keyOf(attempt.row),
  );

/** R18: makes the mapping, or moves it to the object. A blank key is no key. */
export function mapKey(attempt: Attempt, { id }: Thing): void {
  const { world, system, model, row } = attempt;
  const key = keyOf(row);
  if (key === null) return;
  removeOwnMapping(attempt);
  world.mappings.push({ system, model: model.name, key, id });
}

/** Update (R10, R12). */
import { columnOf, type ModelSpec } from '../schema';
import type { Value } from '../start';
import { type Attempt, failIfUnresolved, failure } from './attempt';
import { clearedBy, refuse, refuseEmpty } from './constraints';
import { destroy } from './delete';
import { planLinks } from './links';
import { isOfTheSource } from './mappings';
import { moveKeys, moveLinks, takenValues } from './merge';
import { resolve } from './references';
import { isEmpty } from './row';
import { givenFields } from './values';
import type { Thing, World } from './world';

/** R10, R12. `matched`: what the row matches besides its linked object; it may be that object. */
export function update(attempt: Attempt, thing: Thing, matched: Thing | undefined): void {
  const { world, model, action, options, result } = attempt;
  const doomed = matched && matched !== thing ? doomedBy(attempt, thing, matched) : undefined;
  const merged = options.onMatchConflict === 'MERGE' ? doomed : undefined;
  // R10: the other object goes first, so references of the row do not find it.
  const putBack = doomed && takeAway(world, model, doomed);
  if (merged) moveLinks(world, model, merged, thing);
  const changes = changesOf(attempt, thing, merged);
  const setLinks = planLinks(attempt, thing, action.force);
  refuseEmpty(attempt, clearedBy(model, changes), thing.id);
  failIfUnresolved(attempt, thing.id);
  const before = { ...thing.values };
  if (doomed) {
    putBack?.();
    if (merged) moveKeys(world, model, merged, thing);
    destroy(world, model, doomed);
    result.alsoDeleted = [doomed.id];
  }
  const cleared = Object.keys(before).filter((name) => before[name] !== thing.values[name]);
  Object.assign(thing.values, changes);
  setLinks();
  // R12a: if values are read back, columns that the database has set to NULL are changes too, unless a relation (R25) sets them again.
  if (model.lowers) result.changed.push(...cleared.filter((name) => !(name in changes) && isEmpty(thing.values[name])));
  if (Object.keys(changes).length > 0) refuse(attempt, thing, false);
  result.changed.push(...Object.keys(changes));
  if (result.changed.length > 0 || doomed) result.status = 'UPDATED';
}

/** R10: the matched object if it goes. It stays, with a warning, if the row is unforced or another key of the system is linked to it. */
function doomedBy(attempt: Attempt, thing: Thing, matched: Thing): Thing | undefined {
  const { action, options, result } = attempt;
  if (options.onMatchConflict === 'FAIL') throw failure(attempt, ['MATCH_CONFLICT(match_on)'], thing.id);
  if (action.force && !isOfTheSource(attempt, matched.id)) return matched;
  result.problems.push('MATCH_CONFLICT(match_on)');
  return undefined;
}

/** Returns what puts the object back. */
function takeAway(world: World, model: ModelSpec, thing: Thing): () => void {
  const things = world.things(model);
  const place = things.indexOf(thing);
  things.splice(place, 1);
  return () => things.splice(place, 0, thing);
}

/** R12: forced, every field of the row; unforced, those that are empty now. R10: and what a merge takes over. */
function changesOf(attempt: Attempt, thing: Thing, merged: Thing | undefined): Record<string, Value> {
  const { world, model, row, action } = attempt;
  const { keys, unresolved } = resolve(attempt);
  // R27: a reference that is resolved decides over its column.
  const given = new Map<string, Value>([...givenFields(model, row), ...keys]);
  const changes = new Map<string, Value>();
  const set = (name: string, value: Value): void => {
    if (value !== (thing.values[name] ?? null)) changes.set(name, value);
  };
  // R46: an empty text that is stored stays when it is sent back.
  const isShownEmpty = (name: string): boolean => row.values[name] === '' && thing.values[name] === '';
  for (const [name, value] of given)
    if (!isShownEmpty(name) && (action.force || isEmpty(thing.values[name]))) set(name, value);
  const isOpen = (name: string): boolean => !given.has(name) && !unresolved.some((key) => columnOf(key.name) === name);
  if (merged) for (const [name, value] of takenValues(world, model, merged, thing)) if (isOpen(name)) set(name, value);
  return Object.fromEntries(changes);
}

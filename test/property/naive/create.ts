/** Create (R11). */
import { type Attempt, failIfUnresolved } from './attempt';
import { missingIn, refuse, refuseEmpty } from './constraints';
import { nameItself, unfoundLinks } from './itself';
import { planLinks } from './links';
import { mapKey } from './mappings';
import { resolve } from './references';
import { givenFields, isNull } from './values';

/** R11: creates the object with all values of the row; R27: a reference decides over its column if it is resolved. */
export function create(attempt: Attempt): void {
  const { world, model, row, action, result } = attempt;
  const thing = world.newThing();
  const { keys, unresolved } = resolve(attempt);
  for (const [name, value] of [...givenFields(model, row), ...keys]) thing.values[name] = value;
  failIfUnresolved(attempt);
  refuseEmpty(attempt, missingIn(model, thing.values));
  result.changed.push(...Object.keys(thing.values).filter((name) => !isNull(thing.values[name])));
  // Always forced.
  const setLinks = planLinks(attempt, thing, true);
  failIfUnresolved(attempt);
  const unfound = { references: unresolved, links: unfoundLinks(attempt) };
  world.things(model).push(thing);
  refuse(attempt, thing, true);
  setLinks();
  mapKey(attempt, thing);
  if (action.update) nameItself(attempt, thing, unfound);
  result.status = 'CREATED';
  result.id = thing.id;
}

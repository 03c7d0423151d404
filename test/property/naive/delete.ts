/** Delete (R30–R35). */
import { columnOf, type ModelSpec } from '../schema';
import { type Attempt, Refused } from './attempt';
import { ownMapping, removeOwnMapping } from './mappings';
import { comparesAnything, keyOf, type RowProblem } from './row';
import type { Thing, World } from './world';

/** R30: deletes the matched object, or the linked one if the row compares nothing; R32: and the row's mapping in every case. */
export function remove(attempt: Attempt, linked: Thing | undefined, matched: Thing | undefined): void {
  const { world, model, row, result } = attempt;
  const thing = comparesAnything(model, row) ? matched : linked;
  const mapping = ownMapping(attempt);
  const reason = thing ? whyItStays(attempt, thing, linked) : 'NOT_FOUND()';
  result.id = thing?.id ?? null;
  if (reason !== null) result.problems.push(reason);
  else if (thing) {
    destroy(world, model, thing);
    result.status = 'DELETED';
  }
  if (!mapping) return;
  removeOwnMapping(attempt);
  if (reason === null) return;
  result.status = 'UNLINKED';
  result.id ??= mapping.id;
}

/** R31; null if the object goes. */
function whyItStays(
  { world, model, row, action }: Attempt,
  thing: Thing,
  linked: Thing | undefined,
): RowProblem | null {
  if (action.force) return null;
  if (keyOf(row) === null) return 'NO_EXTERNAL_KEY(external_key)';
  if (!linked) return 'NOT_MAPPED(external_key)';
  if (linked !== thing) return 'MAPPED_ELSEWHERE(external_key)';
  const pointing = world.mappings.filter((mapping) => mapping.model === model.name && mapping.id === thing.id);
  return pointing.length > 1 ? 'STILL_REFERENCED(external_key)' : null;
}

/** R33, R34: an object with its mappings and links, and what the database does to objects that point to it. */
export function destroy(world: World, model: ModelSpec, thing: Thing): void {
  for (const other of world.schema.models)
    for (const key of other.belongsTo.filter(({ target }) => world.modelAt(target) === model)) {
      const column = columnOf(key.name);
      for (const pointing of world.things(other).filter(({ values }) => values[column] === thing.id))
        if (key.onDelete === 'SET NULL') pointing.values[column] = null;
        else if (key.onDelete === 'CASCADE') destroy(world, other, pointing);
        else throw new Refused(`FOREIGN_KEY_VIOLATION(t_${other.name.toLowerCase()}.${column})`);
    }
  const things = world.things(model);
  const index = things.indexOf(thing);
  if (index >= 0) things.splice(index, 1);
  world.mappings = world.mappings.filter((mapping) => mapping.model !== model.name || mapping.id !== thing.id);
  removeLinks(world, model, thing);
}

function removeLinks(world: World, model: ModelSpec, { id }: Thing): void {
  const place = world.placeOf(model);
  for (const { table, one, other } of world.schema.links)
    world.setPairs(
      table,
      world.pairs(table).filter((pair) => !(one === place && pair[0] === id) && !(other === place && pair[1] === id)),
    );
}

/** R10, `onMatchConflict: MERGE`: an object takes over what points to another one, and its values. */
import { columnOf, type ModelSpec } from '../schema';
import type { Value } from '../start';
import { isEmpty } from './row';
import type { Pair, Thing, World } from './world';

/** Values that an object lacks and the other one has. A foreign key to the other one points to the object itself. */
export function takenValues(world: World, model: ModelSpec, from: Thing, into: Thing): [name: string, value: Value][] {
  const toOwnModel = model.belongsTo.filter(({ target }) => world.modelAt(target) === model);
  const names = [...model.fields, ...model.belongsTo.map((key) => ({ name: columnOf(key.name) }))].map(({ name }) => name); // prettier-ignore
  return names.flatMap((name): [string, Value][] => {
    const isTaken = isEmpty(into.values[name]) && !isEmpty(from.values[name]);
    const value = (isTaken ? from : into).values[name] ?? null;
    if (value === from.id && toOwnModel.some((key) => columnOf(key.name) === name)) return [[name, into.id]];
    return isTaken ? [[name, value]] : [];
  });
}

export function moveLinks(world: World, model: ModelSpec, from: Thing, into: Thing): void {
  const place = world.placeOf(model);
  for (const { table, one, other } of world.schema.links) {
    const moved = world
      .pairs(table)
      .map(([a, b]): Pair => [
        one === place && a === from.id ? into.id : a,
        other === place && b === from.id ? into.id : b,
      ]);
    world.setPairs(table, [...new Map(moved.map((pair) => [String(pair), pair])).values()]);
  }
}

/** Foreign keys and mappings. */
export function moveKeys(world: World, model: ModelSpec, from: Thing, into: Thing): void {
  for (const other of world.schema.models)
    for (const { name, target } of other.belongsTo)
      for (const { values } of world.modelAt(target) === model ? world.things(other) : [])
        if (values[columnOf(name)] === from.id) values[columnOf(name)] = into.id;
  for (const mapping of world.mappings)
    if (mapping.model === model.name && mapping.id === from.id) mapping.id = into.id;
  world.merges += 1;
  world.meet('merged');
}

/** Relations to many: objects that point here (R25), and links through a table (R24). */
import { columnOf } from '../schema';
import type { Attempt } from './attempt';
import { backsOf, type LinkChange, linkChangesOf, type LinkRelation, linksOf, pointingOf, type Terms } from './row';
import { onlyTarget } from './references';
import type { Pair, Thing, World } from './world';

/** What is left to do once the object has its values. */
type Step = () => void;

/** Finds the targets now; what is returned sets the links. Unforced, only what is empty is set. */
export function planLinks(attempt: Attempt, thing: Thing, isForced: boolean): Step {
  const steps = [...pointHere(attempt, thing, isForced), ...link(attempt, thing, isForced)];
  return () => steps.forEach((step) => step());
}

/** R25: points the found objects here; unforced, only if none points here yet. */
function pointHere(attempt: Attempt, thing: Thing, isForced: boolean): Step[] {
  const { world, model, row, result } = attempt;
  return backsOf(world.schema, model).flatMap(({ name, from, key }): Step[] => {
    const targets = pointingOf(row, name).flatMap((terms) => onlyTarget(attempt, from, name, terms) ?? []);
    const column = columnOf(key.name);
    const isTaken = world.things(from).some(({ values }) => values[column] === thing.id);
    const moving = targets.filter(({ values }) => values[column] !== thing.id);
    if (moving.length === 0 || (!isForced && isTaken)) return [];
    result.changed.push(name);
    return [() => moving.forEach((target) => (target.values[column] = thing.id))];
  });
}

/** R24: adds, removes or sets links, from either side. */
function link(attempt: Attempt, thing: Thing, isForced: boolean): Step[] {
  const { world, model, row, result } = attempt;
  return linksOf(world.schema, model).flatMap((relation): Step[] => {
    const changes = linkChangesOf(row, relation.name, relation.isToOne);
    if (typeof changes === 'string') return [];
    const before = linkedTo(world, relation, thing.id);
    const after = linksAfter(attempt, relation, changes, before, isForced);
    const removed = before.filter((id) => !after.has(id));
    const added = [...after].filter((id) => !before.includes(id));
    if (removed.length + added.length === 0) return [];
    result.changed.push(relation.name);
    return [
      () => {
        removed.forEach((id) => removeLink(world, relation, thing.id, id));
        added.forEach((id) => addLink(world, relation, thing.id, id));
      },
    ];
  });
}

/** R24: ids of the objects that are linked after the row's columns. */
function linksAfter(
  attempt: Attempt,
  { name, there }: LinkRelation,
  changes: readonly LinkChange[],
  before: readonly number[],
  isForced: boolean,
): Set<number> {
  let after = new Set(before);
  const find = (terms: Terms): Thing | [] => onlyTarget(attempt, there, name, terms) ?? [];
  for (const { sign, targets } of changes) {
    const ids = targets.flatMap(find).map(({ id }) => id);
    // A set of which one is not found stays as it was.
    if (sign === '=' && ids.length === targets.length && (isForced || before.length === 0)) after = new Set(ids);
    if (sign === '+') for (const id of ids) after.add(id);
    if (sign === '-') for (const id of ids) after.delete(id);
  }
  return after;
}

const pairOf = ({ side }: LinkRelation, own: number, far: number): Pair => (side === 'one' ? [own, far] : [far, own]);

const isPair = ([one, other]: Pair, pair: Pair): boolean => one === pair[0] && other === pair[1];

/** Ids of the objects that an object is linked to. */
export function linkedTo(world: World, { link: { table }, side }: LinkRelation, id: number): number[] {
  const [own, far] = side === 'one' ? ([0, 1] as const) : ([1, 0] as const);
  const pairs = world.pairs(table).filter((pair) => pair[own] === id);
  return [...new Set(pairs.map((pair) => pair[far]))];
}

/** Adds a link unless it is there. */
export function addLink(world: World, relation: LinkRelation, own: number, far: number): void {
  const pair = pairOf(relation, own, far);
  const pairs = world.pairs(relation.link.table);
  if (!pairs.some((other) => isPair(other, pair))) pairs.push(pair);
}

function removeLink(world: World, relation: LinkRelation, own: number, far: number): void {
  const { table } = relation.link;
  const pair = pairOf(relation, own, far);
  world.setPairs(
    table,
    world.pairs(table).filter((other) => !isPair(other, pair)),
  );
}

/** The update after a create finds what the create could not: the object itself (R13, R20, R24). */
import { type BelongsTo, columnOf } from '../schema';
import type { Attempt } from './attempt';
import { addLink, linkedTo } from './links';
import { targetsOf } from './references';
import { isEmpty, linkChangesOf, linksOf, referenceOf, type Terms } from './row';
import type { Thing } from './world';

/** What the create of a row does not find. */
export interface Unfound {
  readonly references: readonly BelongsTo[];
  /** Targets of links, as JSON. */
  readonly links: ReadonlySet<string>;
}

const named = (relation: string, terms: Terms | undefined): string => JSON.stringify([relation, terms]);

/** Targets of links that are not there before the object is. */
export function unfoundLinks(attempt: Attempt): Set<string> {
  const { world, model, row } = attempt;
  return new Set(
    linksOf(world.schema, model).flatMap(({ name, there, isToOne }) => {
      const changes = linkChangesOf(row, name, isToOne);
      const targets = typeof changes === 'string' ? [] : changes.flatMap((change) => change.targets);
      return targets
        .filter((terms) => targetsOf(attempt, there, terms).length === 0)
        .map((terms) => named(name, terms));
    }),
  );
}

const isOnly = (found: readonly Thing[], thing: Thing): boolean => found.length === 1 && found[0] === thing;

/** R13: takes back the warnings of the create, and points and links the object to itself. */
export function nameItself(attempt: Attempt, thing: Thing, unfound: Unfound): void {
  for (const relation of unfound.references) pointToItself(attempt, thing, relation);
  linkToItself(attempt, thing, unfound.links);
}

/** R20, R27: unforced, only if the create has not taken the field's value. */
function pointToItself(attempt: Attempt, thing: Thing, { name, target }: BelongsTo): void {
  const { world, row, action, result } = attempt;
  const terms = referenceOf(row, name);
  if (!terms || !isOnly(targetsOf(attempt, world.modelAt(target), terms), thing)) return;
  result.problems = result.problems.filter((problem) => problem !== `REFERENCE_NOT_FOUND(${name})`);
  if (!action.force && !isEmpty(thing.values[columnOf(name)])) return;
  thing.values[columnOf(name)] = thing.id;
  result.changed.push(columnOf(name));
}

/** R24: adds the object to its own links, or completes a set that the create left alone. */
function linkToItself(attempt: Attempt, thing: Thing, unfound: ReadonlySet<string>): void {
  const { world, model, row, result } = attempt;
  for (const relation of linksOf(world.schema, model)) {
    const { name, there, isToOne } = relation;
    const changes = linkChangesOf(row, name, isToOne);
    if (typeof changes === 'string' || there !== model) continue;
    for (const { sign, targets } of changes) {
      const found = targets.map((terms) => targetsOf(attempt, model, terms));
      const itself = found.filter((things, place) => isOnly(things, thing) && unfound.has(named(name, targets[place])));
      itself.forEach(() => result.problems.splice(result.problems.indexOf(`REFERENCE_NOT_FOUND(${name})`), 1));
      const isComplete = found.every(({ length }) => length === 1);
      const isOpen = isComplete && linkedTo(world, relation, thing.id).length === 0;
      if (itself.length === 0 || sign === '-' || (sign === '=' && !isOpen)) continue;
      const linked = sign === '=' ? found.flat() : [thing];
      for (const { id } of linked) addLink(world, relation, thing.id, id);
      result.changed.push(name);
    }
  }
}

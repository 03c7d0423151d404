/** What refuses values: the engine before it writes, or the database (R17, R17b, R34). */
import { columnOf, type ModelSpec, TOO_HIGH } from '../schema';
import type { Value } from '../start';
import { type Attempt, failure, Refused } from './attempt';
import { isOfTheSource } from './mappings';
import { areEqual, isNull } from './values';
import type { Thing, World } from './world';

type Values = Readonly<Record<string, Value>>;

/** Columns that need a value. */
const requiredOf = ({ fields, belongsTo }: ModelSpec): string[] => [
  ...fields.filter(({ nullable }) => !nullable).map(({ name }) => name),
  ...belongsTo.filter(({ nullable }) => !nullable).map(({ name }) => columnOf(name)),
];

/** Columns that need a value and have none. */
export const missingIn = (model: ModelSpec, values: Values): string[] =>
  requiredOf(model).filter((name) => isNull(values[name]));

/** Columns that need a value and would lose it. */
export const clearedBy = (model: ModelSpec, changes: Values): string[] =>
  requiredOf(model).filter((name) => changes[name] === null);

/** R17. Only the database knows what a trigger fills in, so such a model is left to `refuse`. */
export function refuseEmpty(attempt: Attempt, columns: readonly string[], id: number | null = null): void {
  if (attempt.model.lowers || columns.length === 0) return;
  throw failure(
    attempt,
    columns.map((name) => `NOT_NULL_VIOLATION(${name})`),
    id,
  );
}

/** R17b: the unique key of an object that others hold, as a problem, and the ids of all that hold one of its keys. */
export function takenFrom(world: World, model: ModelSpec, thing: Thing): { problem: string; holders: number[] } {
  const { leaving } = world;
  const isLeaving = ({ id }: Thing): boolean => leaving.model === model.name && leaving.ids.has(id);
  const keys = [
    ...model.fields.filter(({ unique }) => unique).map(({ name }): string[] => [name]),
    ...(model.uniqueTogether ? [['code', 'rank']] : []),
  ];
  const taken = keys
    .filter((key) => !key.some((name) => isNull(thing.values[name])))
    .map((key) => ({
      problem: `UNIQUE_VIOLATION(${key.join(', ')})`,
      holders: world
        .things(model)
        .filter((other) => other !== thing && !isLeaving(other))
        .filter(({ values }) => key.every((name) => areEqual(model, name, values[name] ?? null, thing.values[name] ?? null))), // prettier-ignore
    }))
    .filter(({ holders }) => holders.length > 0);
  return { problem: taken[0]?.problem ?? '', holders: taken.flatMap(({ holders }) => holders.map(({ id }) => id)) };
}

/** R17: what the database refuses of an object that is written. */
export function refuse(attempt: Attempt, thing: Thing, isNew: boolean): void {
  const { world, model } = attempt;
  const [missing] = missingIn(model, thing.values);
  if (missing !== undefined) throw new Refused(`NOT_NULL_VIOLATION(${missing})`);
  // A database checks a row before its unique keys. Holders of unique values are known before, unless there is a trigger.
  if (model.lowers) refuseHigh(model, thing);
  refuseTaken(attempt, thing, isNew);
  refuseHigh(model, thing);
  for (const { name, target } of model.belongsTo) {
    const id = thing.values[columnOf(name)] ?? null;
    if (id !== null && !world.things(world.modelAt(target)).some((other) => other.id === id))
      throw new Refused(`FOREIGN_KEY_VIOLATION(${columnOf(name)})`);
  }
}

function refuseHigh({ checked, name }: ModelSpec, { values }: Thing): void {
  if (checked && Number(values.rank ?? 0) >= TOO_HIGH)
    throw new Refused(`CHECK_VIOLATION(t_${name.toLowerCase()}_rank)`);
}

/** R17b: a row waits if only objects of its own system hold its unique values. */
function refuseTaken(attempt: Attempt, thing: Thing, isNew: boolean): void {
  const { world, model } = attempt;
  const { problem, holders } = takenFrom(world, model, thing);
  if (holders.length === 0) return;
  // Only the database knows what a trigger makes of values, so that such a row waits whoever holds them.
  if (model.lowers) throw new Refused(problem, { own: null, holders: [] });
  const waits = holders.every((id) => isOfTheSource(attempt, id));
  throw new Refused(problem, waits ? { own: isNew ? null : thing.id, holders } : undefined);
}

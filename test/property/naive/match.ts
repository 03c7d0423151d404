/** Finding the object that a row matches on (R4–R7). */
import { columnOf } from '../schema';
import type { Attempt } from './attempt';
import { comparesAnything, hasOperators, isBlankTerm, matchNames, matchValue, tokensOf } from './row';
import { keyNamed, termsHold } from './references';
import { areEqual, isNull, stored } from './values';
import type { Thing } from './world';

/** R4, R7: all objects for which the row's `match_on` is true. */
export const matches = (attempt: Attempt): Thing[] =>
  comparesAnything(attempt.model, attempt.row)
    ? attempt.world.things(attempt.model).filter((thing) => isMatch(attempt, thing))
    : [];

/** R4: all names must be equal; R5: unless operators make them a postfix expression. */
function isMatch(attempt: Attempt, thing: Thing): boolean {
  const stack: boolean[] = [];
  for (const token of tokensOf(attempt.row)) {
    if (token === '~') stack.push(!stack.pop());
    else if (token === '|' || token === '&') {
      const [right, left] = [stack.pop() === true, stack.pop() === true];
      stack.push(token === '|' ? left || right : left && right);
    } else stack.push(isEqual(attempt, thing, token));
  }
  return stack.every(Boolean);
}

/** R6, R7: whether an object has what the row gives for one name. */
function isEqual(attempt: Attempt, thing: Thing, name: string): boolean {
  const { model, row } = attempt;
  const raw = matchValue(row, model, name);
  if (!name.includes('=>')) return areEqual(model, name, thing.values[name] ?? null, stored(model, name, raw));
  const [relation = '', ...path] = name.split('=>');
  if (!isBlankTerm([path, raw])) return termsHold(attempt, model, thing, [[[relation, ...path], raw]]);
  // R7: an empty reference is compared null-safely, if no other column of the relation says more.
  if (isLeftOut(attempt, relation, name)) return true;
  return keyNamed(model, relation) !== undefined && isNull(thing.values[columnOf(relation)]);
}

/** R20: of several columns of one relation the empty ones are left out. */
function isLeftOut({ model, row }: Attempt, relation: string, name: string): boolean {
  if (hasOperators(row)) return false;
  return matchNames(row)
    .filter((other) => other.startsWith(`${relation}=>`) && other !== name)
    .some((other) => !isBlankTerm([other.split('=>').slice(1), matchValue(row, model, other)]));
}

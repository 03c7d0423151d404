/** What a row's match and key find, and the conflicts between them (R8, R10, R18). */
import type { Model } from '../../models';
import { type Problem, problem } from '../../problems';
import { shown } from '../../shown';
import type { WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import type { Instruction } from '../read/instruction';
import { type PlanContext, writtenId } from './context';
import { describeMatch } from './descriptions';

const describe = (object: WorkingObject): string => `${object.model.name} ${writtenId(object)}`;

/** Keys of the syncing system that are linked to an object, except the given one. */
const otherKeys = (workingSet: WorkingSet, object: WorkingObject, key: string | null): readonly string[] =>
  workingSet.mappings.keysOf(object).filter((other) => other !== key);

/**
 * R10: decides about a matched object other than the linked one. `replaced`: the matched object if it is deleted or
 * merged.
 */
export function conflictOf(
  instruction: Instruction,
  { options, workingSet }: PlanContext,
  linked: WorkingObject,
  matched: WorkingObject,
): { readonly problems: readonly Problem[]; readonly replaced: WorkingObject | null } {
  const fails = options.onMatchConflict === 'FAIL';
  // R10: another record of the same source is never deleted or merged.
  const isOpen = instruction.actions.force && !fails;
  const [otherKey = null] = isOpen ? otherKeys(workingSet, matched, instruction.key) : [];
  if (isOpen && otherKey === null) return { problems: [], replaced: matched };
  const owner = otherKey === null ? '' : ` (external key ${shown(otherKey)})`;
  const stays = fails ? '' : ` ${describe(matched)} stays.`;
  const message = `match_on finds ${describe(matched)}${owner}, but external key ${shown(instruction.key)} is linked to ${describe(linked)}.${stays}`;
  return { problems: [problem('MATCH_CONFLICT', message, 'match_on', fails ? 'ERROR' : 'WARNING')], replaced: null };
}

/** The most keys that a message names. */
const MOST_KEYS = 3;

/**
 * R18: the problem of linking a key to an object that other keys of its system are linked to; null if there are none.
 */
export function sharedKey({ workingSet, options }: PlanContext, key: string, object: WorkingObject): Problem | null {
  const others = otherKeys(workingSet, object, key);
  if (others.length === 0) return null;
  const named = others.slice(0, MOST_KEYS).map(shown).join(', ');
  const more = others.length > MOST_KEYS ? ` and ${others.length - MOST_KEYS} more` : '';
  return problem(
    'KEYS_SHARE_OBJECT',
    `External key ${shown(key)} finds ${describe(object)}, which is already linked to external key ${named}${more} of the same system. Check that match_on finds a different object for each record.`,
    'external_key',
    options.onMatchConflict === 'FAIL' ? 'ERROR' : 'WARNING',
  );
}

/** The message for a row that finds no object to update or delete. */
export const notFound = (instruction: Instruction, model: Model, action: 'updated' | 'deleted'): string =>
  `Nothing was ${action}: ${
    instruction.match
      ? `no ${model.name} has ${describeMatch(instruction)}`
      : `external key ${shown(instruction.key)} is linked to no ${model.name}`
  }.`;

/** The problem of more than one matched object (R8); null if there is at most one. */
export function ambiguity(
  instruction: Instruction,
  { model }: PlanContext,
  matched: readonly WorkingObject[],
): Problem | null {
  if (matched.length < 2) return null;
  // Sorted, so that the same objects always produce the same message.
  const ids = matched
    .map(writtenId)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .slice(0, 5);
  const more = matched.length > ids.length ? ' and more' : '';
  return problem(
    'MATCH_AMBIGUOUS',
    `More than one ${model.name} has ${describeMatch(instruction)}: ${ids.join(', ')}${more}. Match on more fields.`,
    'match_on',
  );
}

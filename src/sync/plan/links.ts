/** Changes to links of a row's object (R24, R25), for all relation kinds. */
import type { Relation } from '../../models';
import type { WorkingSet } from '../load/workingSet';
import type { Problem } from '../../problems';
import type { Instruction } from '../read/instruction';
import { behaviourOf } from '../relations';
import type { PlanOptions } from './operations';
import { type LinkOwner, type LinkPlan, type LinkTargets, onlyTarget } from './references';

const NO_PLANS: readonly LinkPlan[] = [];

/** Plans a row's to-many relations, one plan per relation. Adds to `problems`. */
export function planLinks(
  instruction: Instruction,
  owner: LinkOwner,
  workingSet: WorkingSet,
  options: PlanOptions,
  problems: Problem[],
): readonly LinkPlan[] {
  if (instruction.links.length === 0) return NO_PLANS;
  const byRelation = new Map<Relation, LinkTargets[]>();
  for (const { relation, sign, selectors } of instruction.links) {
    const found = selectors.map((selector) =>
      onlyTarget(relation, selector, workingSet.select(selector), options, problems),
    );
    const targets = found.filter((target) => target !== null);
    // A set with a target that is not found stays unchanged, because half a set was never meant.
    if (sign === '=' && targets.length < found.length) continue;
    byRelation.set(relation, [...(byRelation.get(relation) ?? []), { sign, targets }]);
  }
  return Array.from(byRelation, ([relation, assignments]) =>
    behaviourOf(relation).plan(relation, assignments, owner, workingSet, problems),
  );
}

/**
 * The second step of a row that names its own object, if only the database knows the stored values (R12a, R20, R24).
 */
import { linkKey, type Operation, type Unfound } from '../plan/operations';
import { planItself, withItself } from '../plan/itself';
import { PlanContext } from '../plan/context';
import type { Plan } from '../plan/plan';
import type { WorkingSet } from '../load/workingSet';
import type { Instruction } from '../read/instruction';
import { type ChunkWriteContext, writeOperations } from '../write/writer';
import type { ChunkContext } from './chunkContext';

const ignore = (): void => undefined;

/**
 * Points and links the object of the plan's last row to itself, if the row's references find the stored object. Returns
 * the plan with these changes. `load` reads what the row needs from the database.
 */
export async function finishRow(
  context: ChunkContext,
  write: ChunkWriteContext,
  planned: Plan,
  load: (instruction: Instruction) => Promise<WorkingSet>,
): Promise<Plan> {
  if (!planned.unfinished) return planned;
  let finished: Plan = planned;
  for (const step of stepsOf(planned.unfinished.unfound))
    finished = await finishStep(context, write, finished, planned.unfinished.instruction, step, load);
  return { outcomes: finished.outcomes, operations: finished.operations };
}

/** References go first, because links may be found by them. */
const stepsOf = ({ references, links }: Unfound): Unfound[] =>
  [
    { references, links: [] },
    { references: [], links },
  ].filter((step) => step.references.length + step.links.length > 0);

async function finishStep(
  { model, options }: ChunkContext,
  write: ChunkWriteContext,
  planned: Plan,
  instruction: Instruction,
  unfound: Unfound,
  load: (instruction: Instruction) => Promise<WorkingSet>,
): Promise<Plan> {
  const { outcomes, operations } = planned;
  const last = outcomes.at(-1);
  if (!last?.object) return planned;
  const workingSet = await load(instruction);
  const stored = workingSet.object(model, last.object.id ?? '');
  // Nothing that the row names leads to its own object.
  if (!stored) return planned;
  const links = operations.filter(isLink).filter(({ object }) => object === last.object);
  for (const { relation } of unfound.links)
    workingSet.links.load(relation, stored, links.filter((link) => link.relation === relation).map(linkKey)); // prettier-ignore
  const problems = [...last.problems];
  const context = new PlanContext(model, workingSet, options);
  const later = planItself(unfound, instruction.actions.force, context, stored, problems);
  if (!later) return planned;
  await writeOperations(write, context.operations, ignore);
  Object.assign(last.object.values, stored.values);
  const outcome = {
    ...last,
    problems,
    changes: withItself(last.changes, later.changes),
    alsoChanged: [...last.alsoChanged, ...later.related],
  };
  return { outcomes: [...outcomes.slice(0, -1), outcome], operations: [...operations, ...context.operations] };
}

const isLink = (operation: Operation): operation is Extract<Operation, { kind: 'addLink' | 'removeLink' }> =>
  operation.kind === 'addLink';

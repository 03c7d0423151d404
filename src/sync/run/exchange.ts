/** Rows that exchange unique values with each other. They can only be carried out together (R17b). */
import { yieldToEventLoop } from '../../eventLoop';
import { EndChunk, type WorkingObject } from '../load/workingObject';
import type { WorkingSet } from '../load/workingSet';
import { violationsOf } from '../plan/conflicts';
import { PlanContext } from '../plan/context';
import type { Operation, PlannedOutcome } from '../plan/operations';
import { plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';
import { storedOutcomes } from '../write/stored';
import type { BlockedRow } from './blockedRows';
import type { ChunkContext } from './chunkContext';
import type { ChunkStore } from './chunkStore';
import { deleteEffects } from './sideEffects';

/** Thrown if the rows cannot be carried out together either. */
class StillInConflict extends Error {}

type Update = Extract<Operation, { kind: 'update' }>;

function objectsOf({ model }: ChunkContext, rows: readonly BlockedRow[], workingSet: WorkingSet): Set<WorkingObject> {
  const objects = rows.map(({ objectId }) => (objectId === null ? undefined : workingSet.object(model, objectId)));
  return new Set(objects.filter((object) => object !== undefined));
}

/** Whether a row may look at links that another row changes: links of a model to itself are seen from both sides, by two relations. */
function seeEachOthersLinks(instructions: readonly Instruction[]): boolean {
  const linking = instructions.filter(({ links }) => links.length > 0);
  const relations = new Set(linking.flatMap(({ links }) => links.map(({ relation }) => relation)));
  return linking.length > 1 && relations.size > 1;
}

/** The same operations with one update per object, because an object may exchange values in several rows. */
function withOneUpdateEach(operations: readonly Operation[]): Operation[] {
  const updates = new Map<WorkingObject, Update>();
  for (const operation of operations)
    if (operation.kind === 'update') {
      const { values, before } = updates.get(operation.object) ?? operation;
      updates.set(operation.object, { ...operation, values: { ...values, ...operation.values }, before });
    }
  return operations.flatMap((operation): Operation[] => {
    if (operation.kind !== 'update') return [operation];
    const update = updates.get(operation.object);
    updates.delete(operation.object);
    return update ? [update] : [];
  });
}

/** Carries out all the rows. Returns their outcomes; null if the rows cannot be carried out together. */
export async function exchange(
  context: ChunkContext,
  store: ChunkStore,
  rows: readonly BlockedRow[],
): Promise<readonly PlannedOutcome[] | null> {
  const instructions = rows.map(({ instruction }) => instruction);
  try {
    return await store.atomically(async (tx) => {
      await tx.begin().done;
      const workingSet = await tx.load(instructions, true);
      const leaving = objectsOf(context, rows, workingSet);
      const effects = deleteEffects(context, instructions);
      const planning = new PlanContext(
        context.model,
        workingSet,
        context.options,
        effects,
        leaving,
        seeEachOthersLinks(instructions),
      );
      const planned = plan(instructions, planning);
      const { outcomes, unfinished } = planned;
      const isDone =
        outcomes.length === rows.length && !unfinished && outcomes.every(({ status }) => status !== 'FAILED');
      const isFree = (object: WorkingObject): boolean =>
        object.deleted || violationsOf(workingSet, object, object.values, null).problems.length === 0;
      if (!isDone || ![...leaving].every(isFree)) throw new StillInConflict();
      const operations = withOneUpdateEach(planned.operations);
      await tx.write({ operations, outcomes }, { workingSet, before: [] }, () => undefined);
      await yieldToEventLoop();
      const stored = storedOutcomes(outcomes, operations);
      await tx.record(stored);
      return stored;
    });
  } catch (error) {
    // EndChunk: the first row needs something that its chunk cannot know.
    if (error instanceof StillInConflict || error instanceof EndChunk || store.refusalOf(error)) return null;
    throw error;
  }
}

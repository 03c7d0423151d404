/** How operations of a chunk affect each other in ways that only the database knows. */
import { type JoinTable, mayStoreOtherwise, type Model, type Relation } from '../../models';
import type { PlanContext } from './context';
import type { Operation } from './operations';

/** Whether an operation writes more than mappings. */
export const isWrite = ({ kind }: Operation): boolean => kind !== 'setMapping' && kind !== 'removeMapping';

/** Whether the earlier rows must be written before an operation can be planned. */
export function needsEarlierRows(
  operation: Operation,
  { workingSet, isDirty, deleteHasEffects, leaving }: PlanContext,
): boolean {
  switch (operation.kind) {
    // Only one row of a chunk writes an object, because hooks may change what an earlier row has written. Rows that exchange values are written together.
    case 'update': {
      const { object, values } = operation;
      const isTouched = object.touched > 0 && object.touched !== workingSet.step;
      const mayGoOn = leaving.has(object) && !mayStoreOtherwise(object.model);
      return (isTouched && !mayGoOn) || (isDirty && isReferenced(object.model, values));
    }
    case 'delete': {
      const { touched, involved } = operation.object;
      return touched > 0 || involved || (isDirty && deleteHasEffects());
    }
    case 'merge': {
      const { from, into } = operation;
      return isDirty || [from, into].some(({ touched, involved }) => touched > 0 || involved);
    }
    default:
      return false;
  }
}

/** Whether only the database knows what later rows would see after an operation. */
export function endsChunk(operation: Operation, { deleteHasEffects, areLinksSeen }: PlanContext): boolean {
  switch (operation.kind) {
    case 'insert':
      return operation.object.model.table.hasTriggers;
    case 'update': {
      const { object, values, pointsTo } = operation;
      return pointsTo !== undefined || object.model.table.hasTriggers || isReferenced(object.model, values);
    }
    case 'delete':
      return operation.object.model.table.hasTriggers || deleteHasEffects();
    case 'merge':
      return true;
    case 'addLink':
    case 'removeLink':
      // The links as seen from the other side are not updated in memory.
      return areLinksSeen && hasOtherSide(operation.relation, operation.join);
    default:
      return false;
  }
}

/** Whether foreign keys of other tables point to a changed column (ON UPDATE CASCADE). */
const isReferenced = ({ referencedBy }: Model, changed: Readonly<Record<string, unknown>>): boolean =>
  referencedBy.some(({ targetColumns }) => targetColumns.some((column) => column in changed));

/**
 * Whether rows of the same model also see the links from the other side: a relation of a model to itself, with its
 * reverse.
 */
const hasOtherSide = (relation: Relation, join: JoinTable): boolean =>
  relation.related === relation.model &&
  [...relation.model.relations.values()].some((other) => other !== relation && other.join?.table === join.table);

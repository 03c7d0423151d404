/** What operations of a chunk have to do with each other beyond the working set: only the database knows what else they change. */
import type { JoinTable, Model, Relation } from '../../models';
import type { PlanContext } from './context';
import type { Operation } from './operations';

/** Whether an operation writes more than mappings. */
export const isWrite = ({ kind }: Operation): boolean => kind !== 'setMapping' && kind !== 'removeMapping';

/** Whether an operation can only be planned if the rows before its own are written. */
export function needsEarlierRows(
  operation: Operation,
  { workingSet, isDirty, deleteHasEffects }: PlanContext,
): boolean {
  switch (operation.kind) {
    // An object is written by one row of a chunk; and hooks may still change what this chunk has written.
    case 'update': {
      const { object, values } = operation;
      const isTouched = object.touched > 0 && object.touched !== workingSet.step;
      return isTouched || (isDirty && isReferenced(object.model, values));
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

/** Whether only the database can tell what the rows after an operation would see. */
export function endsChunk(operation: Operation, { deleteHasEffects }: PlanContext): boolean {
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
      // The links as seen from the other side are not loaded with these.
      return hasOtherSide(operation.relation, operation.join);
    default:
      return false;
  }
}

/** Whether foreign keys of other tables point to a column that changes (ON UPDATE CASCADE). */
const isReferenced = ({ referencedBy }: Model, changed: Readonly<Record<string, unknown>>): boolean =>
  referencedBy.some(({ targetColumns }) => targetColumns.some((column) => column in changed));

/** Whether rows of the same model see the links from the other side too: a relation of a model to itself, and its reverse. */
const hasOtherSide = (relation: Relation, join: JoinTable): boolean =>
  relation.related === relation.model &&
  [...relation.model.relations.values()].some((other) => other !== relation && other.join?.table === join.table);

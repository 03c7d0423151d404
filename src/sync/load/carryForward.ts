/** Applies the operations of the previous chunk to a working set that was loaded while they were being written. */
import { linkKey, type Operation } from '../plan/operations';
import type { WorkingSet } from './workingSet';

/**
 * Returns false if only the database knows the state after the operations. The working set must then be loaded again.
 */
export const carryForward = (workingSet: WorkingSet, operations: readonly Operation[]): boolean =>
  operations.every((operation) => !workingSet.unchangedReliesOn(operation) && carry(workingSet, operation));

function carry(workingSet: WorkingSet, operation: Operation): boolean {
  switch (operation.kind) {
    case 'insert':
    case 'update':
      return carryObject(workingSet, operation);
    case 'delete': {
      const { model, id } = operation.object;
      const object = workingSet.object(model, id ?? '');
      if (object) workingSet.apply({ ...operation, object });
      // The mappings may have been loaded before the delete, and the object after it.
      workingSet.mappings.removeDangling(model, id);
      return true;
    }
    case 'setMapping':
    case 'removeMapping': {
      const { model, key, rowId } = operation;
      const from = operation.from && workingSet.own(operation.from);
      const object = operation.kind === 'setMapping' ? workingSet.own(operation.object) : null;
      workingSet.mappings.carry(model, key, object, from, rowId);
      return true;
    }
    // A merge ends its chunk, and the next chunk is loaded again.
    case 'merge':
      return false;
    default:
      return carryLink(workingSet, operation);
  }
}

function carryObject(workingSet: WorkingSet, operation: Extract<Operation, { kind: 'insert' | 'update' }>): boolean {
  const { object } = operation;
  if (operation.kind === 'update' && operation.pointsTo) return false;
  if (object.id === null || object.deleted) return false;
  const known = workingSet.object(object.model, object.id);
  // An object that was loaded after its insert has its stored values already.
  return operation.kind === 'insert' && known ? workingSet.place(known) : workingSet.store(object);
}

function carryLink(workingSet: WorkingSet, operation: Extract<Operation, { kind: 'addLink' | 'removeLink' }>): boolean {
  const { relation } = operation;
  const object = workingSet.object(operation.object.model, operation.object.id ?? '');
  if (!object || !workingSet.links.hasLoaded(relation, object)) return true;
  const key = linkKey(operation);
  if (workingSet.links.knownName(relation, key) === undefined) return false;
  workingSet.links.set(relation, object, key, operation.kind === 'addLink');
  return true;
}

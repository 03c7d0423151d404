/** The row's own mapping (R18). */
import type { WorkingMapping, WorkingObject } from '../load/workingObject';
import type { PlanContext } from './context';

/** Maps the row's key to its object, unless there is no key or the key is mapped there already. */
export function mapKey(
  context: PlanContext,
  key: string | null,
  mapping: WorkingMapping | null,
  object: WorkingObject,
): void {
  if (key === null || mapping?.object === object) return;
  const { model } = context;
  const from = mapping?.object ?? null;
  context.apply({ kind: 'setMapping', model, key, rowId: mapping?.rowId ?? null, object, from });
}

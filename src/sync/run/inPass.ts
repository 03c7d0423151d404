/** What a row does in one of the passes that `order` makes of a run (R41). */
import { NO_ACTIONS } from '../read/flags';
import { hasErrors, type Instruction } from '../read/instruction';
import type { RowAction } from '../request';

const ACTION_OF: Record<RowAction, 'create' | 'update' | 'delete'> = {
  CREATE: 'create',
  UPDATE: 'update',
  DELETE: 'delete',
};

/** The row's part in a pass: all of it where there are no passes, otherwise the one action (R41). Null where it has none. */
export function inPass(instruction: Instruction, order: readonly RowAction[] | null, pass: number): Instruction | null {
  const action = order?.[pass];
  if (!action) return instruction;
  const { actions } = instruction;
  const name = ACTION_OF[action];
  // What fails or is skipped whatever the database holds is told once.
  if (hasErrors(instruction) || !(actions.create || actions.update || actions.delete))
    return pass === 0 ? instruction : null;
  return actions[name] ? { ...instruction, actions: { ...NO_ACTIONS, [name]: true, force: actions.force } } : null;
}

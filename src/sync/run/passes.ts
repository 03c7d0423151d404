/** The part of a row in one pass of a policy (R41). */
import { ALL_ACTIONS } from '../../actionFlags';
import { CallError } from '../../errors';
import type { PolicyAction, SyncPolicy } from '../policy';
import { type Actions, hasAction, NO_ACTIONS } from '../read/flags';
import { hasErrors, type Instruction } from '../read/instruction';
import { withActions } from '../read/plainInstruction';
import type { SyncSource } from '../request';
import type { Row } from '../row';

/** The source of a row. */
export type Origin = Pick<SyncSource, 'system' | 'model' | 'file'>;

function checkedPass(policy: SyncPolicy, action: PolicyAction): number {
  const pass = policy.passOf(action);
  if (Number.isInteger(pass) && pass >= 0 && pass < policy.passes) return pass;
  throw new CallError(
    'BAD_USER_INPUT',
    `The policy puts the ${action.kind} of row ${action.row.number} into pass ${pass}, but passes must be 0 to ${policy.passes - 1}.`,
  );
}

/** Whether the row's update, if it has one, is in the pass. */
export const isUpdatePass = (policy: SyncPolicy, pass: number, { system, model, file }: Origin, row: Row): boolean =>
  policy.passOf({ kind: 'UPDATE', forced: row.actionFlags?.includes('*') ?? false, system, model, file, row }) === pass;

/** The passes of a run, and which of them have rows. */
export class Passes {
  private readonly used = new Set([0]);

  constructor(private readonly policy: SyncPolicy) {}

  /** The passes that are known to have rows. */
  get known(): readonly number[] {
    return [...this.used];
  }

  /** Adds passes that are known from an earlier attempt of the run. */
  add(passes: readonly number[]): void {
    for (const pass of passes) this.used.add(pass);
  }

  /** Whether any row acts in the pass. Known once all rows have been through the first pass. */
  isUsed(pass: number): boolean {
    return this.used.has(pass);
  }

  /** The row with its actions of a pass; null if it has none. */
  partOf(instruction: Instruction, pass: number, { system, model, file }: Origin): Instruction | null {
    const { policy, used } = this;
    if (policy.passes === 1) return instruction;
    const { actions, row } = instruction;
    // A row that fails or is skipped without the database has its outcome in the first pass only.
    if (hasErrors(instruction) || !hasAction(actions)) return pass === 0 ? instruction : null;
    const part: Partial<Record<keyof Actions, boolean>> = {};
    let hasPart = false;
    for (const { name, placedAs: kind } of ALL_ACTIONS) {
      if (!actions[name]) continue;
      const own = checkedPass(policy, { kind, forced: actions.force, system, model, file, row });
      used.add(own);
      if (own === pass) part[name] = hasPart = true;
    }
    return hasPart ? withActions(instruction, { ...NO_ACTIONS, ...part, force: actions.force }) : null;
  }
}

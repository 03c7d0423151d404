/** Refusals of a chunk that are caused by its rows (R17, R17a). */
import type { DatabaseFailure } from '../../database';
import { ModelFailure } from '../../models';
import type { PlannedOutcome } from '../plan/operations';

export type Violation = Extract<DatabaseFailure, { kind: 'violation' }>;

export type Refusal = Violation | ModelFailure;

/** Violations whose rows can be found before they are written. */
const CONFLICTS: ReadonlySet<string> = new Set(['UNIQUE_VIOLATION', 'FOREIGN_KEY_VIOLATION']);

export const isConflict = (refusal: Refusal): boolean =>
  !(refusal instanceof ModelFailure) && CONFLICTS.has(refusal.code);

/** Whether another row may still give up the unique value that the refused row would take (R17b). */
export const mayBeFreed = (refusal: Refusal): boolean =>
  !(refusal instanceof ModelFailure) && refusal.code === 'UNIQUE_VIOLATION' && !refusal.isExclusion;

export const isInConflict = ({ problems }: PlannedOutcome): boolean => problems.some(({ code }) => CONFLICTS.has(code));

/** The status of ended runs. */
import { CallError } from '../../errors';
import type { RunStatus } from '../../records';

type Unfinished = Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>;

/** The status of a run that an error stops. */
export const abandoned = (error: unknown): Unfinished =>
  error instanceof CallError && error.code === 'CANCELLED' ? 'CANCELLED' : 'INTERRUPTED';

/** Whether a run with this status may have rows that were not processed. */
export const isUnfinished = (status: RunStatus): boolean => status === 'CANCELLED' || status === 'INTERRUPTED';

/** The status of ended runs. */
import { CallError, type CallErrorCode } from '../../errors';
import type { RunStatus } from '../../records';

type Unfinished = Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>;

const STOPPED: readonly CallErrorCode[] = ['CANCELLED', 'RUN_BUSY'];

/** The status of a run that an error stops. */
export const abandoned = (error: unknown): Unfinished =>
  error instanceof CallError && STOPPED.includes(error.code) ? 'CANCELLED' : 'INTERRUPTED';

/** Whether a run with this status may have rows that were not processed. */
export const isUnfinished = (status: RunStatus): boolean => status === 'CANCELLED' || status === 'INTERRUPTED';

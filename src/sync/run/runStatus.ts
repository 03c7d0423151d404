/** The status of ended runs. */
import { callErrorOf, type Dialect } from '../../database';
import { CallError, type CallErrorCode } from '../../errors';
import type { RunError, RunStatus } from '../../records';

type Unfinished = Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>;

const STOPPED: readonly CallErrorCode[] = ['CANCELLED', 'RUN_BUSY'];

/** The status of a run that an error stops. */
export const abandoned = (error: unknown): Unfinished =>
  error instanceof CallError && STOPPED.includes(error.code) ? 'CANCELLED' : 'INTERRUPTED';

/** The error as the run's record shows it. Unknown errors may contain secrets. */
export function recordedError(dialect: Dialect, error: unknown): RunError {
  const known = callErrorOf(dialect, error);
  return known
    ? { code: known.code, message: known.message }
    : {
        code: 'INTERNAL_SERVER_ERROR',
        message: 'The run failed. The log of its server or worker contains the reason.',
      };
}

/** Whether a run with this status may have rows that were not processed. */
export const isUnfinished = (status: RunStatus): boolean => status === 'CANCELLED' || status === 'INTERRUPTED';

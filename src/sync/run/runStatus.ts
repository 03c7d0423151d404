/** How a run ends. */
import { CallError } from '../../errors';
import type { RunStatus } from '../../records';

type Unfinished = Extract<RunStatus, 'CANCELLED' | 'INTERRUPTED'>;

/** How a run ends that an error stops. */
export const abandoned = (error: unknown): Unfinished =>
  error instanceof CallError && error.code === 'CANCELLED' ? 'CANCELLED' : 'INTERRUPTED';

/** Whether a run that ends so has rows that did not come to their turn. */
export const isUnfinished = (status: RunStatus): boolean => status === 'CANCELLED' || status === 'INTERRUPTED';

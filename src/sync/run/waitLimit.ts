/** How long a call waits for its models (`maxWaitSeconds`): in this process, for a connection, and for the locks of the database. */
import { CallError } from '../../errors';

/** Timers know no longer time. */
const LONGEST = 2 ** 31 - 1;

/** Throws BAD_USER_INPUT. */
export function assertWaitLimit(seconds: number | null): void {
  if (seconds !== null && !(seconds > 0))
    throw new CallError('BAD_USER_INPUT', `maxWaitSeconds must be a number above 0, not ${seconds}.`);
}

export class WaitLimit {
  /** Null: the call waits for as long as it takes. */
  private readonly stopping: AbortController | null;
  private readonly timer: NodeJS.Timeout | undefined;
  private isOver = false;

  /** `seconds` null: the call waits for as long as it takes. `busy` makes the error with which it ends. Throws BAD_USER_INPUT. */
  constructor(seconds: number | null, busy: () => Promise<CallError>) {
    assertWaitLimit(seconds);
    this.stopping = seconds === null ? null : new AbortController();
    if (seconds === null) return;
    const expire = async (): Promise<void> => {
      const error = await busy();
      // The models may have become free meanwhile.
      if (!this.isOver) this.stopping?.abort(error);
    };
    this.timer = setTimeout(() => void expire(), Math.min(seconds * 1000, LONGEST));
  }

  /** Aborted, with the CallError as the reason, once the call has waited for too long. */
  get signal(): AbortSignal | null {
    return this.stopping?.signal ?? null;
  }

  /** The call has what it waited for, or has ended. */
  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  /**
   * The result of work that may have to wait. If that takes too long, this throws, and the work goes on by itself: a lock that was asked
   * for cannot be taken back. `late` is given its result.
   */
  async within<T>(work: Promise<T>, late: (value: T) => Promise<unknown> = () => Promise.resolve()): Promise<T> {
    const { signal } = this;
    if (!signal) return work;
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(signal.reason as Error);
      if (signal.aborted) leave();
      signal.addEventListener('abort', leave);
      work
        .then((value) => {
          resolve(value);
          return signal.aborted ? late(value) : undefined;
        })
        .catch(reject)
        .finally(() => signal.removeEventListener('abort', leave));
    });
  }
}

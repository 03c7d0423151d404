/** Yields to the event loop between batches, so that other requests are served. */

/** The number of rows that are read or planned before yielding. */
export const ROWS_PER_BATCH = 250;

const waiting: (() => void)[] = [];

function runNext(): void {
  waiting.shift()?.();
  // A callback set now runs in the next cycle of the event loop.
  if (waiting.length > 0) setImmediate(runNext);
}

/**
 * Resolves in a later cycle of the event loop, one caller per cycle, in the order of the calls. By then, database
 * statements have been sent and other requests have been served.
 */
export const yieldToEventLoop = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(runNext);
  });

/** Yields if the work of as many rows has been done at once. Few rows are done before others could be served. */
export const yieldAfter = async (rows: number): Promise<void> => {
  if (rows >= ROWS_PER_BATCH) await yieldToEventLoop();
};

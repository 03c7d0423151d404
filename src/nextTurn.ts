/** Yields to the event loop between batches, so that other requests are served. */

/** The number of rows that are read or planned before yielding. */
export const ROWS_A_TURN = 250;

const waiting: (() => void)[] = [];

function takeTurn(): void {
  waiting.shift()?.();
  // A callback set now runs in the next cycle of the event loop.
  if (waiting.length > 0) setImmediate(takeTurn);
}

/**
 * Resolves in the next cycle of the event loop: database statements have been sent, and other requests have been
 * served.
 */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(takeTurn);
  });

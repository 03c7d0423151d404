/** Yields to the event loop between batches, so that other requests are served. */

/** Rows that are read or planned in one turn. */
export const ROWS_A_TURN = 250;

const waiting: (() => void)[] = [];

function takeTurn(): void {
  waiting.shift()?.();
  // What is set now runs once the event loop has been round.
  if (waiting.length > 0) setImmediate(takeTurn);
}

/** The next turn of the event loop: what has been asked of the database is on its way, and other requests had theirs. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(takeTurn);
  });

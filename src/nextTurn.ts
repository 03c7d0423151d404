/** The next turn of the event loop: what has been asked of the database is on its way, and other requests had theirs. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

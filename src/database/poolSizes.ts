/** The number of connections that a process opens to a database server. */

export const MOST_CONNECTIONS = 12;
/** For callers' reads, if these have a time limit. */
export const MOST_TIMED_READERS = 6;
/** For the progress of runs. */
const MONITORS = 1;

/** The most connections that one server process opens. */
export const CONNECTIONS_PER_SERVER = MOST_CONNECTIONS + MOST_TIMED_READERS + MONITORS;

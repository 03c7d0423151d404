/** How many connections a process opens to a database server. */

export const MOST_CONNECTIONS = 12;
/** For the reads of callers, if these have a time limit. */
export const MOST_TIMED_READERS = 6;
/** For the progress of runs. */
const MONITORS = 1;

/** All that one server may have open at the same time. */
export const CONNECTIONS_PER_SERVER = MOST_CONNECTIONS + MOST_TIMED_READERS + MONITORS;

/** How long connections may be idle. */

/** A connection that is idle for this long belongs to a stopped process, because live runs send statements more often. */
export const MOST_IDLE_SECONDS = 45;

/** The connection pools of a database, and their use. */
import type { Database } from './database';

const POOLS = ['knex', 'reader', 'timedReader', 'monitor'] as const;
type PoolName = (typeof POOLS)[number];

interface PoolUse {
  readonly pool: PoolName;
  readonly used: number;
  readonly free: number;
  /** Callers that wait for a connection. */
  readonly pending: number;
  /** The most connections. */
  readonly most: number;
}

/** A member of a client that knex's typings lack. */
interface Pool {
  readonly max: number;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

/** The current use of each pool. A pool with several names is listed once. */
export function poolsOf(database: Database): PoolUse[] {
  const isFirst = (name: PoolName, index: number): boolean =>
    !POOLS.slice(0, index).some((earlier) => database[earlier] === database[name]);
  return POOLS.filter(isFirst).map((name) => {
    const { pool } = database[name].client as { pool: Pool };
    return {
      pool: name,
      used: pool.numUsed(),
      free: pool.numFree(),
      pending: pool.numPendingAcquires(),
      most: pool.max,
    };
  });
}

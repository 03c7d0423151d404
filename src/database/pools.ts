/** The pools of connections to a database, and how busy they are. */
import type { Database } from './database';

const POOLS = ['knex', 'reader', 'timedReader', 'monitor'] as const;
type PoolName = (typeof POOLS)[number];

interface PoolUse {
  readonly pool: PoolName;
  readonly used: number;
  readonly free: number;
  /** Callers that wait for a connection. */
  readonly pending: number;
  /** The most connections that there will be. */
  readonly most: number;
}

/** What knex's typings do not say of its pool. */
interface Pool {
  readonly max: number;
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

/** At this moment; a pool that has several names is told once. */
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

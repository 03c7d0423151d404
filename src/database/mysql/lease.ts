/**
 * A lease: a row that one process owns until it expires by the database's clock. It needs no lock of a session, so it works on a Galera cluster,
 * where `GET_LOCK` does not exist, and where row locks are local to a node.
 */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { nativeError } from '../nativeError';
import { inTransaction } from '../retry';
import { MOST_IDLE_SECONDS } from './idleConnections';

export const LEASES_TABLE = 'nsync_leases';

/**
 * Longer than a connection may be idle. The server has closed the connections of a paused owner before another process takes the lease over,
 * so what the owner was about to send can no longer be carried out.
 */
const LEASE_SECONDS = MOST_IDLE_SECONDS + 15;
const RENEWAL_MILLISECONDS = 10_000;
const ATTEMPTS = 3;

const NO_SUCH_TABLE = 1146;
/** Errors of a transaction that lost to another one. */
const COLLISIONS: ReadonlySet<number> = new Set([1205, 1213]);

/** The lease was taken over, because it had expired. */
export class LeaseLost extends Error {}

interface LeaseRow {
  readonly taken: number | bigint;
  readonly unfinished: number;
}

const expiry = (knex: Knex): Knex.Raw => knex.raw(`UTC_TIMESTAMP(3) + INTERVAL ${LEASE_SECONDS} SECOND`);

/** Safe when several processes do it at once. */
const createTable = async (knex: Knex): Promise<void> => {
  await knex.raw(
    `CREATE TABLE IF NOT EXISTS ${LEASES_TABLE} (
       name varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
       owner varchar(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
       expires_at datetime(3) NOT NULL,
       unfinished boolean NOT NULL DEFAULT FALSE)`,
  );
};

export class Lease {
  private timer: NodeJS.Timeout | undefined;
  private wasUnfinished = false;

  constructor(
    private readonly knex: Knex,
    private readonly name: string,
    private readonly owner: string = randomUUID(),
  ) {}

  /** Whether the previous owner stopped in the middle of its work. */
  get resumes(): boolean {
    return this.wasUnfinished;
  }

  /** Returns false while another process owns the lease. */
  async take(): Promise<boolean> {
    try {
      return await this.tryTake();
    } catch (error) {
      if (nativeError<{ errno: number }>(error).errno !== NO_SUCH_TABLE) throw error;
      await createTable(this.knex);
      return this.tryTake();
    }
  }

  /** Must be called before each statement of the work. Throws LeaseLost if another process has taken the lease over. */
  async renew(): Promise<void> {
    for (let attempt = 1; ; attempt += 1)
      try {
        if ((await this.own().update({ expires_at: expiry(this.knex) })) > 0) return;
        throw new LeaseLost('Another process has taken over the work, because this one did not respond for too long.');
      } catch (error) {
        // A process that tries to take the lease may be in the way.
        if (attempt === ATTEMPTS || !COLLISIONS.has(nativeError<{ errno: number }>(error).errno ?? 0)) throw error;
      }
  }

  /** Lets other processes take the lease. `isFinished`: the work ended, with success or with an error of its own. */
  async release(isFinished: boolean): Promise<void> {
    clearInterval(this.timer);
    for (let attempt = 1; ; attempt += 1)
      try {
        await this.own().update({ owner: null, ...(isFinished && { unfinished: false }) });
        return;
      } catch {
        // The lease expires by itself.
        if (attempt === ATTEMPTS) return;
      }
  }

  private async tryTake(): Promise<boolean> {
    const isTaken = await inTransaction(this.knex, async (trx) => {
      const row = await this.row(trx);
      if (Number(row.taken) === 1) return false;
      this.wasUnfinished = row.unfinished === 1;
      await trx(LEASES_TABLE)
        .where({ name: this.name })
        .update({ owner: this.owner, expires_at: expiry(trx), unfinished: true });
      return true;
    });
    if (isTaken) this.timer = setInterval(() => void this.renew().catch(() => undefined), RENEWAL_MILLISECONDS).unref();
    return isTaken;
  }

  /** Locks the row, which is created if it is missing. An INSERT of a row that exists would deadlock with a renewal. */
  private async row(trx: Knex.Transaction): Promise<LeaseRow> {
    const find = (): Promise<LeaseRow | undefined> =>
      trx(LEASES_TABLE)
        .where({ name: this.name })
        .forUpdate()
        .first(trx.raw('owner IS NOT NULL AND expires_at > UTC_TIMESTAMP(3) AS taken'), 'unfinished');
    const found = await find();
    if (found) return found;
    const create = `INSERT IGNORE INTO ${LEASES_TABLE} (name, owner, expires_at) VALUES (?, NULL, UTC_TIMESTAMP(3))`;
    await trx.raw(create, [this.name]);
    return (await find()) as LeaseRow;
  }

  private own(): Knex.QueryBuilder {
    return this.knex(LEASES_TABLE).where({ name: this.name, owner: this.owner });
  }
}

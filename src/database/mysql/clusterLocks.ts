/**
 * Locks that hold on a Galera cluster. Nodes lock rows each for itself, but of two transactions that write the same row, only the first can commit.
 * So a lock of a model is a write. A run that loses to runs of other nodes takes precedence: they wait, so that it does not lose for ever.
 */
import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { answerOf } from '../answer';
import type { ClusterLocks, Precedence } from '../dialect';
import { Lease, LEASES_TABLE } from './lease';
import { queryOf } from './query';

/** A run of another process has precedence. */
export class ModelsReserved extends Error {}

const leaseOf = (model: string): string => `model ${model}`;

class LeasedModels implements Precedence {
  readonly owner = randomUUID();
  private readonly leases: readonly Lease[];
  /** The number of leases that are taken. */
  private taken = 0;

  constructor(knex: Knex, models: readonly string[]) {
    // In a fixed order, so that two runs do not wait for each other.
    this.leases = [...models].sort().map((model) => new Lease(knex, leaseOf(model), this.owner));
  }

  async take(): Promise<void> {
    for (const lease of this.leases.slice(this.taken)) {
      if (!(await lease.take())) throw new ModelsReserved('Another run has precedence.');
      this.taken += 1;
    }
  }

  async release(): Promise<void> {
    const leases = this.leases.slice(0, this.taken);
    this.taken = 0;
    for (const lease of leases) await lease.release(true);
  }
}

const RESERVED = `SELECT 1 FROM \`${LEASES_TABLE}\` WHERE name = ? AND owner IS NOT NULL AND owner <> ? AND expires_at > UTC_TIMESTAMP(3)`;

const LOCK = `UPDATE \`nsync_locks\` SET \`version\` = \`version\` + 1 WHERE \`model\` = ? AND NOT EXISTS (${RESERVED})`;

export const clusterLocks: ClusterLocks = {
  async lock(trx, model, precedence) {
    const bindings = [leaseOf(model), precedence?.owner ?? ''];
    const [{ affectedRows }] = await answerOf<[{ affectedRows: number }]>(trx, LOCK, [model, ...bindings]);
    if (affectedRows > 0) return true;
    const reserved = await queryOf(trx)(RESERVED, bindings);
    if (reserved.length > 0) throw new ModelsReserved('Another run has precedence.');
    return false;
  },
  precedence: (knex, models) => new LeasedModels(knex, models),
};

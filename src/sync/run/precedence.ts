/**
 * Lets a run that lost its transaction to runs of other nodes go first (R44). Without it, a long run would lose again and again to the short runs of
 * another node, which commit before it.
 */
import type { Knex } from 'knex';
import type { Database, Precedence } from '../../database';

export class RunPrecedence {
  private hasLost = false;
  private taken: Precedence | null = null;

  constructor(
    private readonly database: Database,
    private readonly models: readonly string[],
  ) {}

  /** To be called at the beginning of each transaction of the run. Fails with a transient outage while another run has precedence. */
  async begin(trx: Knex.Transaction): Promise<Precedence | null> {
    const { knex, dialect } = this.database;
    if (!dialect.clusterLocks) return null;
    trx.executionPromise.then(
      () => this.end(),
      (error: unknown) => {
        const failure = dialect.explainFailure(error);
        this.hasLost ||= failure?.kind === 'outage' && failure.outage === 'locked';
      },
    );
    if (this.hasLost) {
      this.taken ??= dialect.clusterLocks.precedence(knex, this.models);
      await this.taken.take();
    }
    return this.taken;
  }

  /** Lets other runs lock the models. */
  async end(): Promise<void> {
    const { taken } = this;
    this.hasLost = false;
    this.taken = null;
    await taken?.release();
  }
}

/** A run that is one transaction, with a savepoint per chunk: for atomic policies and dry runs (R42, R43). */
import type { Knex } from 'knex';
import { assertOwn, type RunStatus } from '../../records';
import { KeyWatch } from '../write/keyWatch';
import { TransactionEnded } from './chunkStore';
import { commitObserved } from './commitObserved';
import { FatalRows } from './fatalRows';
import { PassLoop } from './passLoop';
import type { Run, SyncResult } from './run';
import type { SystemIds } from './runRecord';
import type { RunTransactions } from './runTransactions';
import { ChunkSavepoints } from './savepoints';

/** Thrown to roll the transaction back. */
class RollBack extends Error {}

/** Thrown if the commit would fail because of a key that no row of the run touches. */
class BrokenUnseen extends Error {}

export class OneTransaction {
  private status: RunStatus = 'COMPLETED';
  private isCommitting = false;
  /** Found by earlier attempts. */
  private readonly fatalRows = new FatalRows();
  private keyWatch: KeyWatch | null = null;

  constructor(private readonly run: Run) {}

  async execute(): Promise<SyncResult> {
    const { run } = this;
    try {
      await this.untilCommitted();
    } catch (error) {
      if (!(error instanceof RollBack)) throw error;
      await run.record.endAlone(run.progress, this.status);
    }
    return run.result(this.status);
  }

  /** Starts again after a refused row has ended the transaction, or an unwatched key was found broken. */
  private async untilCommitted(): Promise<void> {
    const { environment, active, record } = this.run;
    for (;;) {
      try {
        await commitObserved(
          environment.database,
          active.watcher,
          (trx) => this.attempt(trx),
          () => record.hasEnded(this.status),
        );
        return;
      } catch (error) {
        if (!(error instanceof TransactionEnded) && !this.watchKeys(error)) throw error;
      }
    }
  }

  private async attempt(trx: Knex.Transaction): Promise<void> {
    const { run } = this;
    const { active, record, request } = run;
    this.isCommitting = false;
    this.status = 'COMPLETED';
    await run.startAgain();
    await this.lock(trx);
    await assertOwn(trx, active.started);
    await this.keyWatch?.begin(trx);
    const systemIds = await run.ensureSystems(trx);
    await this.syncRows(trx, systemIds);
    active.enter('COMMITTING');
    if (run.progress.hasFailures) this.status = request.policy.atomic ? 'ROLLED_BACK' : 'COMPLETED_WITH_FAILURES';
    if (request.options.dryRun || this.status === 'ROLLED_BACK') await this.rollBack(trx);
    await run.progress.countedKeys.catchUp(trx);
    await record.end(trx, run.progress, this.status, systemIds);
    await active.assertOwn();
    this.isCommitting = true;
  }

  private async lock(trx: Knex.Transaction): Promise<void> {
    const { active } = this.run;
    active.enter('WAITING');
    active.keepAlive(trx);
    await this.run.lock(trx);
  }

  private async syncRows(trx: Knex.Transaction, systemIds: SystemIds): Promise<void> {
    const { environment } = this.run;
    const savepoints = new ChunkSavepoints(trx, environment.database.dialect);
    try {
      await new PassLoop(this.run, this.transactions(trx, savepoints), systemIds).syncAll();
      await savepoints.finished();
    } finally {
      await savepoints.settled();
    }
  }

  private transactions(trx: Knex.Transaction, savepoints: ChunkSavepoints): RunTransactions {
    const hasLookahead = this.run.environment.lookahead !== 'NONE';
    return {
      atomically: (chunk) => savepoints.atomically(chunk),
      reader: trx,
      readAhead: hasLookahead ? trx : null,
      fatalRows: this.fatalRows,
      keyWatch: this.keyWatch,
      note: () => undefined,
      writeOutcomes: async (_chunk, write) => (hasLookahead ? savepoints.writeAlongside(write) : write(trx)),
    };
  }

  /** Rolls back by throwing RollBack, after reading what the record needs. */
  private async rollBack(trx: Knex.Transaction): Promise<never> {
    const { record, progress } = this.run;
    if (!this.keyWatch && (await this.newKeyWatch()?.mayRefuse(trx))) throw new BrokenUnseen();
    await record.takeBack(trx, progress);
    throw new RollBack();
  }

  /**
   * Watches foreign keys from now on, if the error may come from one that no row touches. Returns false if it cannot,
   * or if keys are watched already.
   */
  private watchKeys(error: unknown): boolean {
    const { dialect } = this.run.environment.database;
    const failure = this.isCommitting ? dialect.explainFailure(error) : null;
    const isBroken = error instanceof BrokenUnseen || failure?.kind === 'violation';
    if (this.keyWatch || !isBroken) return false;
    this.keyWatch = this.newKeyWatch();
    return this.keyWatch !== null;
  }

  private newKeyWatch(): KeyWatch | null {
    const { database, catalog } = this.run.environment;
    const { deferredKeys } = database.dialect;
    return deferredKeys ? new KeyWatch(deferredKeys, catalog) : null;
  }
}

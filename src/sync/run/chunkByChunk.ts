/**
 * A run whose chunks are transactions of their own. A committed chunk stays. The models stay locked for the whole run
 * (R42, R44).
 */
import type { Knex } from 'knex';
import { retrying, transientOutage } from '../../database';
import { recordChunk, runState } from '../../records';
import { during } from '../observer';
import { BEGUN } from './chunkStore';
import { commitObserved } from './commitObserved';
import { FatalRows } from './fatalRows';
import { HeldLocks } from './heldLocks';
import { PassLoop } from './passLoop';
import { ChunkCounts } from './rowTally';
import type { Run, SyncResult } from './run';
import { abandoned } from './runStatus';
import type { RunTransactions } from './runTransactions';

export class ChunkByChunk {
  private readonly locks: HeldLocks;
  /** The counts of the chunk under way. */
  private readonly chunkCounts: ChunkCounts;
  /** The number of committed chunks. */
  private committed = 0;

  constructor(private readonly run: Run) {
    const { environment, models, active, progress } = run;
    this.locks = new HeldLocks(environment.database, models, (trx) => active.keepAlive(trx));
    this.chunkCounts = new ChunkCounts(progress.reports, active.started);
  }

  async execute(): Promise<SyncResult> {
    const { run, locks } = this;
    const { record, progress } = run;
    try {
      await this.syncRows();
      await locks.release();
      run.active.enter('COMMITTING');
      const status = progress.hasFailures ? 'COMPLETED_WITH_FAILURES' : 'COMPLETED';
      await record.endAlone(progress, status);
      return run.result(status);
    } catch (error) {
      await locks.release();
      // Committed rows stay, with their problems and outcomes.
      if (!transientOutage(run.environment.database.dialect, error))
        await record.endAlone(progress, abandoned(error)).catch(() => undefined);
      throw error;
    } finally {
      await locks.release();
    }
  }

  private async syncRows(): Promise<void> {
    const { run, locks } = this;
    const { knex, dialect } = run.environment.database;
    await during(run.active.watcher, 'wait', null, () => locks.hold());
    run.active.holdModels();
    const systemIds = await retrying(dialect, () => run.ensureSystems(knex));
    await retrying(dialect, () => run.record.systems(knex, systemIds));
    await new PassLoop(run, this.transactions(), systemIds).syncAll();
  }

  private transactions(): RunTransactions {
    return {
      atomically: (chunk) => this.atomically((trx) => chunk(trx, () => BEGUN)),
      reader: this.run.environment.database.reader,
      readAhead: null,
      fatalRows: new FatalRows(),
      keyWatch: null,
      note: (source, planned) => this.chunkCounts.note(source, planned),
      writeOutcomes: (chunk, write) => write(chunk),
    };
  }

  private async atomically<T>(chunk: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
    const { database } = this.run.environment;
    const { watcher, started } = this.run.active;
    const chunks = this.committed + 1;
    const isCommitted = async (): Promise<boolean> =>
      (await runState(database.knex, started.id))?.committedChunks === chunks;
    const result = await commitObserved(database, watcher, (trx) => this.attempt(trx, chunk), isCommitted);
    this.committed = chunks;
    return result;
  }

  private async attempt<T>(trx: Knex.Transaction, chunk: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
    const { environment, active, progress } = this.run;
    await this.locks.hold();
    await environment.database.dialect.beginSync(trx);
    this.chunkCounts.begin();
    const result = await chunk(trx);
    await progress.countedKeys.catchUp(trx);
    const recorded = { committedChunks: this.committed + 1, counts: this.chunkCounts.list() };
    await Promise.all([this.locks.assertHeld(), recordChunk(trx, active.started, recorded)]);
    await active.assertOwn();
    return result;
  }
}

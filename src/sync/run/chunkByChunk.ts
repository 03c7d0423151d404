/**
 * A run whose chunks are transactions of their own. A committed chunk stays (R42). Each chunk waits for the models by itself, so other runs
 * act between two chunks (R44).
 */
import type { Knex } from 'knex';
import { assertOwn, recordChunk, runState } from '../../records';
import type { PlannedOutcome } from '../plan/operations';
import { BEGUN } from './chunkStore';
import { commitObserved } from './commitObserved';
import { FatalRows } from './fatalRows';
import type { Pace } from './pace';
import { PassLoop } from './passLoop';
import { ChunkCounts } from './rowTally';
import type { Run, SyncResult } from './run';
import type { SystemIds } from './runRecord';
import { abandoned } from './runStatus';
import type { RunTransactions } from './runTransactions';

/** Does work when no other run of this process works on the models. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export class ChunkByChunk {
  /** The counts of the chunk under way. */
  private readonly chunkCounts: ChunkCounts;
  /** The number of committed chunks. */
  private committed: number;

  private entryCommitted = (): void => undefined;

  constructor(
    private readonly run: Run,
    private readonly inTurn: InTurn,
    /** Null: no other run waits. */
    private readonly pace: Pace | null,
  ) {
    this.chunkCounts = new ChunkCounts(run.progress.reports, run.active.started);
    this.committed = run.committedChunks;
  }

  async execute(): Promise<SyncResult> {
    const { run } = this;
    const { record, progress } = run;
    const systemIds = await this.begin();
    await run.continueEarlier();
    try {
      await new PassLoop(run, this.transactions(), systemIds).syncAll();
      run.active.enter('COMMITTING');
      const status = progress.hasFailures ? 'COMPLETED_WITH_FAILURES' : 'COMPLETED';
      await record.endAlone(progress, status);
      return run.result(status);
    } catch (error) {
      // Committed rows stay, with their problems and outcomes.
      if (!run.active.isOpenAfter(error)) await record.endAlone(progress, abandoned(error)).catch(() => undefined);
      throw error;
    }
  }

  /** Waits for the models, and records the systems of the run. */
  private begin(): Promise<SystemIds> {
    const { run } = this;
    const { database } = run.environment;
    const begin = async (trx: Knex.Transaction): Promise<SystemIds> => {
      await run.lock(trx);
      const systemIds = await run.ensureSystems(trx);
      await run.record.systems(trx, systemIds);
      return systemIds;
    };
    // Done twice, it leaves the same.
    const isCommitted = (): Promise<boolean> => Promise.resolve(false);
    return this.inTurn(() => commitObserved(database, run.active.watcher, begin, isCommitted));
  }

  private transactions(): RunTransactions {
    return {
      atomically: (chunk) => this.atomically((trx) => chunk(trx, () => BEGUN)),
      reader: this.run.environment.database.reader,
      readAhead: null,
      fatalRows: new FatalRows(),
      keyWatch: null,
      note: (source, pass, planned) => this.note(source, pass, planned),
      mostRows: () => this.pace?.mostRows ?? Infinity,
      writeOutcomes: (chunk, write) => write(chunk),
    };
  }

  private note(source: number, pass: number, planned: readonly PlannedOutcome[]): void {
    const { journal, progress } = this.run;
    const done = planned.filter(({ blocked }) => !blocked);
    this.chunkCounts.note(source, done);
    this.pace?.note(done.length);
    journal?.note(source, planned, progress.reports[source]?.passOutcomes(pass, done) ?? []);
  }

  private async atomically<T>(chunk: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
    const { database } = this.run.environment;
    const { watcher, started } = this.run.active;
    const chunks = this.committed + 1;
    const isCommitted = async (): Promise<boolean> =>
      (await runState(database.knex, started.id))?.committedChunks === chunks;
    const result = await this.inTurn(async () => {
      const begun = performance.now();
      const done = await commitObserved(database, watcher, (trx) => this.attempt(trx, chunk), isCommitted);
      this.pace?.end(performance.now() - begun);
      return done;
    });
    this.committed = chunks;
    this.entryCommitted();
    return result;
  }

  private async attempt<T>(trx: Knex.Transaction, chunk: (trx: Knex.Transaction) => Promise<T>): Promise<T> {
    const { active, progress, journal } = this.run;
    const committedChunks = this.committed + 1;
    await this.run.lock(trx);
    // A process that has lost the run writes nothing. The number is raised with the commit, so that a paused process locks no record.
    await assertOwn(trx, active.started, this.committed);
    this.chunkCounts.begin();
    journal?.begin();
    this.pace?.begin();
    const result = await chunk(trx);
    await progress.countedKeys.catchUp(trx);
    if (journal) this.entryCommitted = await journal.record(trx, committedChunks);
    await recordChunk(trx, active.started, { committedChunks, counts: this.chunkCounts.list() });
    await active.assertOwn();
    return result;
  }
}
